"""A real backend in this process or in its own, and a client that speaks to it over a socket."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from velatura_backend.app import Backend, running
from velatura_backend.config import Config
from velatura_backend.executors.inline import InlineExecutor
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    PROTOCOL,
    BlobGet,
    BlobRef,
    CancelledJob,
    Failed,
    Finished,
    Hello,
    JobEvent,
    Priority,
    ResumePoint,
    Submit,
    Welcome,
)
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat
from velatura_protocol.session import (
    BlobFailed,
    BlobOpened,
    BlobReceived,
    ClientEvent,
    ClientSession,
)
from velatura_protocol.tasks import (
    Canvas,
    Input,
    Intent,
    Operation,
    PreviewRequest,
    Role,
    Task,
)

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)
SIZE = Size(24, 16)
TIMEOUT = 20.0
ENDS = (Finished, Failed, CancelledJob)

Event = TypeVar("Event")
_names = itertools.count(1)


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def new_name(kind: str = "j") -> str:
    return f"{kind}{next(_names)}-{os.getpid()}"


def echo_task(size: Size = SIZE, **changes: Any) -> Task:
    """A crop called ``crop`` and a mask called ``mask`` over the whole canvas."""
    parameters = changes.pop("parameters", {})
    whole = Rect.of_size(size)
    inputs = (
        Input(Role.IMAGE, changes.pop("crop", "crop"), whole, RGBA8),
        Input(Role.MASK, changes.pop("mask", "mask"), whole, MASK_FORMAT),
    )
    return Task(
        Operation.FILL,
        Canvas(size, RGBA8),
        changes.pop("inputs", inputs),
        intent=Intent.REMOVE,
        engine=changes.pop("engine", "echo"),
        parameters=parameters,
        **changes,
    )


def previewed(per_second: float = 60.0) -> PreviewRequest:
    return PreviewRequest(RGBA8, per_second)


class _Buffer:
    """A sink that is through with everything at once."""

    def __init__(self, session: ClientSession, blob: str, reads: Callable[[], bool]) -> None:
        self.data = bytearray()
        self._session = session
        self._blob = blob
        self._reads = reads

    def write(self, data: memoryview) -> None:
        self.data += data
        if self._reads():
            self._session.consumed(self._blob, data.nbytes)


@dataclass
class Client:
    """Reads in the background; :meth:`until` waits for something to have been said."""

    socket: ClientConnection
    session: ClientSession
    events: list[ClientEvent] = field(default_factory=list[ClientEvent])
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    by_digest: dict[str, bytes] = field(default_factory=dict[str, bytes])
    consumes: bool = True
    _sinks: dict[str, _Buffer] = field(default_factory=dict[str, _Buffer])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _reader: asyncio.Task[None] | None = None
    closed: bool = False

    async def start(self) -> None:
        await self.pump()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                data = await self.socket.recv()
                assert isinstance(data, bytes)
                await self._handle(self.session.receive(data))
                await self.pump()
        async with self._changed:
            self.closed = True
            self._changed.notify_all()

    async def _handle(self, events: list[ClientEvent]) -> None:
        for event in events:
            if isinstance(event, BlobOpened) and not event.header.by_file:
                sink = _Buffer(self.session, event.header.blob, lambda: self.consumes)
                self._sinks[event.header.blob] = sink
                self.session.accept_blob(event.header.blob, sink)
            elif isinstance(event, BlobReceived):
                self._keep(event)
            elif isinstance(event, BlobFailed):
                self._sinks.pop(event.blob, None)
        async with self._changed:
            self.events += events
            self._changed.notify_all()

    def _keep(self, event: BlobReceived) -> None:
        if event.header.by_file:
            return
        data = bytes(self._sinks.pop(event.header.blob).data)
        self.blobs[event.header.blob] = data
        self.by_digest[event.digest] = data

    async def pump(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while (data := self.session.next_message()) is not None:
                await self.socket.send(data)
        await self._handle(self.session.take_events())

    async def send(self, message: Any) -> None:
        self.session.send(message)
        await self.pump()

    async def upload(self, blob: str, size: Size, form: PixelFormat, data: bytes, **how: Any):
        self.session.send_blob(blob, size, form, data, **how)
        await self.pump()

    async def upload_echo_inputs(
        self, size: Size = SIZE, seed: int = 0, names: tuple[str, str] = ("crop", "mask")
    ) -> bytes:
        """The crop and the mask of :func:`echo_task`; returns the crop's bytes."""
        image = pixels(size, seed)
        await self.upload(names[0], size, RGBA8, image)
        await self.upload(names[1], size, MASK_FORMAT, b"\xff" * size.area)
        return image

    async def submit(self, job: str, task: Task, **how: Any) -> None:
        await self.send(Submit(job, task, **how))

    async def until(self, met: Callable[[], Any]) -> Any:
        """What ``met`` returns, as soon as that is true."""
        async with asyncio.timeout(TIMEOUT), self._changed:
            await self._changed.wait_for(lambda: met() or self.closed)
        found = met()
        assert found, ("closed", self.session.close_reason, self.events[-5:])
        return found

    async def wait_for(self, kind: type[Event], **fields: Any) -> Event:
        """The first event of this kind with these values, past or to come."""
        return await self.until(lambda: next(iter(self.seen(kind, **fields)), None))

    def seen(self, kind: type[Event], **fields: Any) -> list[Event]:
        return [
            event
            for event in self.events
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in fields.items())
        ]

    def story(self, job: str) -> list[JobEvent]:
        return [e for e in self.events if isinstance(e, JobEvent) and e.job == job]

    async def end_of(self, job: str) -> JobEvent:
        return await self.until(
            lambda: next((e for e in self.story(job) if isinstance(e, ENDS)), None)
        )

    async def fetch(self, blob: BlobRef) -> bytes:
        await self.send(BlobGet(blob.digest))
        return await self.until(lambda: self.by_digest.get(blob.digest))

    async def until_closed(self) -> None:
        async with asyncio.timeout(TIMEOUT), self._changed:
            await self._changed.wait_for(lambda: self.closed)

    async def stop(self) -> None:
        await self.socket.close()
        if self._reader is not None:
            await self._reader

    def cut(self) -> None:
        """As when a cable is pulled: no goodbye."""
        self.socket.transport.abort()


def pixels(size: Size, seed: int = 0) -> bytes:
    """Opaque noise, the same for the same seed."""
    noise = bytearray(hashlib.shake_256(bytes([seed])).digest(size.area * 4))
    noise[3::4] = b"\xff" * size.area
    return bytes(noise)


@contextlib.asynccontextmanager
async def client(
    url: str,
    token: str,
    *,
    name: str = "tester",
    secret: str = "s",
    resume: tuple[ResumePoint, ...] = (),
    greet: bool = True,
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    hello = Hello(PROTOCOL, PROTOCOL, name, secret, "test", "1", resume=resume)
    async with connect(
        url, additional_headers=headers, compression=None, max_size=None, proxy=None
    ) as socket:
        found = Client(socket, ClientSession(hello))
        await found.start()
        if greet:
            await found.wait_for(Welcome)
        try:
            yield found
        finally:
            await found.stop()


@dataclass
class Served:
    backend: Backend
    config: Config

    @property
    def token(self) -> str:
        return Path(self.backend.info.token_file).read_text()

    def client(self, **how: Any) -> contextlib.AbstractAsyncContextManager[Client]:
        return client(self.backend.info.url, self.token, **how)


@contextlib.asynccontextmanager
async def served(directory: Path, make_executor: Any = None, **settings: Any):
    """A backend with the inline executor on a directory."""
    config = Config(directory / "data", **settings)
    make = make_executor or (lambda on_change: InlineExecutor(1))
    async with running(config, make) as backend:
        yield Served(backend, config)


@dataclass
class Process:
    popen: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def token(self) -> str:
        return Path(self.ready["token_file"]).read_text()

    def client(self, **how: Any) -> contextlib.AbstractAsyncContextManager[Client]:
        return client(self.ready["url"], self.token, **how)


@contextlib.contextmanager
def process(directory: Path, *options: str, stderr: int | None = None) -> Iterator[Process]:
    """A backend in a process of its own, with worker processes."""
    command = [sys.executable, "-m", "velatura_backend", "serve"]
    command += ["--data-dir", str(directory / "data"), *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
    ) as popen:
        assert popen.stdout is not None
        line = popen.stdout.readline()
        try:
            yield Process(popen, json.loads(line))
        finally:
            popen.kill()


def live_priority(key: str) -> dict[str, Any]:
    return {"priority": Priority.LIVE, "live": key}


async def finished_job(
    client: Client, names: tuple[str, str] = ("crop", "mask"), **changes: Any
) -> str:
    """The name of an echo job that is done."""
    await client.upload_echo_inputs(names=names)
    job = new_name()
    await client.submit(job, echo_task(crop=names[0], mask=names[1], **changes))
    assert isinstance(await client.end_of(job), Finished)
    return job
