"""A real server process under attack: what it costs, whether it lives, whether it still works."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgpack
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.backend.live import Client, client, finished_job
from tests.e2e.backend import ready_line
from velatura_protocol.codec import encode
from velatura_protocol.messages import PROTOCOL, Hello, Message

_names = itertools.count(1)
_SECONDS = 60.0
MEBIBYTE = 1024 * 1024


@dataclass
class Answer:
    """What came back on a connection: messages, and how it was closed (None: it was not)."""

    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    closed: int | None = None

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [each for each in self.messages if each["t"] in ("error", "refused")]

    @property
    def code(self) -> str:
        """Of the only error."""
        (error,) = self.errors
        return error["error"]["code"]

    @property
    def params(self) -> dict[str, Any]:
        (error,) = self.errors
        return error["error"]["params"]


@dataclass(frozen=True)
class Fortress:
    """``ground``: the folder that the data directory lies in, with nothing else in it."""

    process: psutil.Process
    url: str
    token: str
    data_directory: Path
    ground: Path

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    @property
    def log(self) -> str:
        return (self.data_directory / "backend.log").read_text("utf-8")

    # -- memory

    def forget_peak(self) -> int:
        """Starts measuring anew; the bytes that are resident now."""
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self.process.memory_info().rss

    def peak(self) -> int:
        """The most bytes that were resident since, as the kernel has counted."""
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.process.pid}/status").read_text()
            found = re.search(r"VmHWM:\s+(\d+) kB", status)
            if found:
                return int(found[1]) * 1024
        return self.process.memory_info().rss

    # -- honest work

    def client(self, name: str = "", **how: Any) -> contextlib.AbstractAsyncContextManager[Client]:
        return client(self.url, self.token, name=name or new_client(), **how)

    async def works(self) -> None:
        """A stranger to all that went before gets a job done."""
        assert self.process.is_running()
        assert self.process.status() != psutil.STATUS_ZOMBIE
        async with self.client() as honest:
            await finished_job(honest)

    # -- attackers

    @contextlib.asynccontextmanager
    async def knock(self, **headers: str) -> AsyncIterator[ClientConnection]:
        """A socket that has shown the token, and said nothing yet."""
        known = {"Authorization": f"Bearer {self.token}", **headers}
        async with connect(
            self.url, additional_headers=known, compression=None, max_size=None, proxy=None
        ) as peer:
            yield peer

    async def say(
        self, *frames: bytes, hello: Hello | None = None, greets: bool = True, quiet: int = 0
    ) -> Answer:
        """Greets, says it all, and hears everything that is said until the connection closes or a
        ping after the last frame is answered. ``quiet``: answers to wait for besides."""
        async with self.knock() as peer:
            if greets:
                await peer.send(encode(hello or a_hello()))
            answer = Answer()
            try:
                for frame in frames:
                    await peer.send(frame)
                await peer.send(msgpack.packb({"t": "ping", "token": 1}))
                await asyncio.wait_for(_hear(peer, answer, quiet), _SECONDS)
            except ConnectionClosed:
                await _rest(peer, answer)
            except AttributeError:
                # The library aborts a socket that has ended already: see the plug-in's transport.
                assert peer.close_code is not None
                await _rest(peer, answer)
            return answer

    async def say_http(self, request: bytes) -> bytes:
        """What is answered to exactly these bytes."""
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            writer.write(request)
            return await asyncio.wait_for(reader.read(65536), _SECONDS)
        except ConnectionError:
            return b""
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def upgrade(self, path: str = "/", method: str = "GET", **headers: str | None) -> bytes:
        """A right handshake but for ``headers`` (underscores are hyphens, None leaves one out)."""
        lines: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.address[1]}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
            "Authorization": f"Bearer {self.token}",
        }
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        told = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        return f"{method} {path} HTTP/1.1\r\n{told}\r\n".encode("latin-1")


async def _hear(peer: ClientConnection, answer: Answer, quiet: int) -> None:
    ponged = False
    while not ponged or quiet > len(answer.errors):
        message = msgpack.unpackb(await peer.recv())
        ponged = ponged or message["t"] == "pong"
        answer.messages.append(message)


async def _rest(peer: ClientConnection, answer: Answer) -> None:
    """What came before the connection closed."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            answer.messages.append(msgpack.unpackb(await peer.recv()))
    answer.closed = peer.close_code


def new_client() -> str:
    return f"attack-{os.getpid()}-{next(_names)}"


def a_hello(name: str = "", secret: str = "s", **more: Any) -> Hello:
    return Hello(PROTOCOL, PROTOCOL, name or new_client(), secret, **more)


def wire(message: Message | dict[str, Any]) -> bytes:
    """A message as it is, or as a map that may break any rule."""
    return msgpack.packb(message) if isinstance(message, dict) else encode(message)


@contextlib.contextmanager
def fortress(ground: Path, *options: str) -> Iterator[Fortress]:
    """Alone on ``ground``, as a user starts it."""
    directory = ground / "data"
    command = [sys.executable, "-m", "velatura_cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(directory), *options],
        cwd=ground,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ready = ready_line(process)
        token = Path(ready["token_file"]).read_text()
        yield Fortress(psutil.Process(process.pid), ready["url"], token, directory, ground)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert not said, said
