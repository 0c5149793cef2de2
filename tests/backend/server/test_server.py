"""Who gets in, and what happens to those who do not keep to the rules."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgpack
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.backend.live import SIZE, Served, echo_task, previewed, served
from velatura_backend.config import Config
from velatura_backend.server.server import listen
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import BackendUnavailable, ErrorCode
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    PROTOCOL,
    Blob,
    Chunk,
    Error,
    Hello,
    Limits,
    Ping,
    Pong,
    ProtocolVersion,
    Refused,
    Submit,
)
from velatura_protocol.pixels import MASK_FORMAT

LESS_THAN_USUAL = 0.8 * Config(Path()).handshake_seconds
"""What is to be shown out after half a second is not to wait for the usual time."""


@pytest.fixture
async def backend(tmp_path: Path):
    async with served(tmp_path, handshake_seconds=0.5) as backend:
        yield backend


def place(backend: Served) -> tuple[str, int]:
    parts = urlsplit(backend.backend.info.url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


async def raw_http(backend: Served, request: str) -> str:
    """The status line of an answer to exactly these bytes."""
    reader, writer = await asyncio.open_connection(*place(backend))
    writer.write(request.encode("latin-1"))
    answer = await asyncio.wait_for(reader.read(65536), 60)
    writer.close()
    await writer.wait_closed()
    return answer.decode("latin-1")


def upgrade(backend: Served, path: str = "/", **headers: str) -> str:
    """A correct handshake, changed by ``headers`` (underscores are hyphens)."""
    lines = {
        "Host": f"127.0.0.1:{place(backend)[1]}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Authorization": f"Bearer {backend.token}",
    }
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"GET {path} HTTP/1.1\r\n{text}\r\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer guess"}, 401),
        ({"Authorization": "Basic dXNlcjpwYXNz"}, 401),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost"}, 403),
    ],
)
async def test_intruders_get_a_status_and_nothing_else(
    backend: Served, headers: dict[str, str], status: int
) -> None:
    answer = await raw_http(backend, upgrade(backend, **headers))
    assert answer.startswith(f"HTTP/1.1 {status} ")
    body = answer.split("\r\n\r\n", 1)[1]
    assert body.strip() == HTTPStatus(status).phrase
    assert "elatura" not in answer
    assert "Access-Control" not in answer


async def test_a_token_in_the_address_opens_nothing(backend: Served) -> None:
    path = f"/?token={backend.token}"
    answer = await raw_http(backend, upgrade(backend, path, Authorization=""))
    assert answer.startswith("HTTP/1.1 404 ")


async def test_health_tells_that_and_no_more(backend: Served) -> None:
    request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{place(backend)[1]}\r\n\r\n"
    answer = await raw_http(backend, request)
    assert answer.startswith("HTTP/1.1 200 ")
    assert answer.split("\r\n\r\n", 1)[1] == "OK\n"
    assert "ython" not in answer


@pytest.mark.parametrize(
    "request_text",
    [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        "GET / HTTP/1.1\r\n" + "X-Long: " + "a" * 100_000 + "\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=["form post", "endless header", "TLS", "no upgrade"],
)
async def test_other_languages_are_not_understood(backend: Served, request_text: str) -> None:
    try:
        answer = await raw_http(backend, request_text)
    except ConnectionError:
        answer = ""
    assert not answer.startswith(("HTTP/1.1 101", "HTTP/1.1 200"))


async def test_who_says_nothing_is_shown_out(backend: Served) -> None:
    reader, writer = await asyncio.open_connection(*place(backend))
    await asyncio.wait_for(reader.read(), LESS_THAN_USUAL)
    writer.close()


async def test_who_opens_and_says_no_hello_is_shown_out(backend: Served) -> None:
    async with knock(backend) as peer:
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(peer.recv(), LESS_THAN_USUAL)


def knock(backend: Served) -> connect:
    headers = {"Authorization": f"Bearer {backend.token}"}
    url = backend.backend.info.url
    return connect(url, additional_headers=headers, compression=None, max_size=None, proxy=None)


async def test_text_is_no_message(backend: Served) -> None:
    async with knock(backend) as peer:
        await peer.send("hello")
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(peer.recv(), 60)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1003


async def test_compression_is_not_spoken(backend: Served) -> None:
    headers = {"Authorization": f"Bearer {backend.token}"}
    url = backend.backend.info.url
    async with connect(url, additional_headers=headers, proxy=None) as peer:
        assert peer.response is not None
        assert "Sec-WebSocket-Extensions" not in peer.response.headers


def a_hello(name: str = "n", newest: ProtocolVersion = PROTOCOL) -> Hello:
    return Hello(newest, newest, name, "s")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xc1", b"\x80", b"\x81\xa1t\xa5hello", b"\xff" * 100, encode(Ping(1))],
    ids=["nothing", "never used", "empty map", "no fields", "noise", "ping before hello"],
)
async def test_who_talks_nonsense_first_is_refused(backend: Served, data: bytes) -> None:
    async with knock(backend) as peer:
        await peer.send(data)
        answer = decode(bytes(await asyncio.wait_for(peer.recv(), 60)), Limits())
        assert isinstance(answer, Refused)
        assert answer.error.code is ErrorCode.BAD_MESSAGE
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(peer.recv(), 60)


async def test_another_major_version_is_told_so(backend: Served) -> None:
    async with knock(backend) as peer:
        await peer.send(encode(a_hello(newest=ProtocolVersion(9, 0))))
        answer = decode(bytes(await asyncio.wait_for(peer.recv(), 60)), Limits())
        assert isinstance(answer, Refused)
        assert answer.error.code is ErrorCode.VERSION_MISMATCH


async def test_an_oversized_message_ends_the_connection_only(tmp_path: Path) -> None:
    # Small enough for the kernel's buffers: the client has sent it all before it is turned down.
    limits = Limits(message_bytes=70_000, chunk_bytes=65_536)
    async with (
        served(tmp_path, limits=limits) as backend,
        backend.client(name="big") as client,
        backend.client(name="small") as other,
    ):
        await client.socket.send(b"x" * (limits.message_bytes + 1))
        await client.until_closed()
        await other.send(Ping(7))
        assert await other.wait_for(Pong, token=7)


@pytest.mark.parametrize(
    "message",
    [
        Chunk("never-opened", b"data"),
        Blob("b", SIZE, MASK_FORMAT, SIZE.area, by_file=True),
        Blob("b", SIZE, MASK_FORMAT, 7),
    ],
    ids=["chunk of nothing", "file without proof", "wrong length"],
)
async def test_a_broken_rule_harms_nobody_else(backend: Served, message) -> None:
    async with backend.client(name="bad") as bad, backend.client(name="good") as good:
        await bad.socket.send(encode(message))
        await good.upload_echo_inputs()
        await good.submit("job", echo_task())
        await good.end_of("job")


async def test_a_job_with_a_path_for_a_name_is_refused(backend: Served) -> None:
    async with backend.client() as client:
        message = msgpack.unpackb(encode(Submit("name", echo_task())))
        message["job"] = "../../outside"
        await client.socket.send(msgpack.packb(message))
        error = await client.wait_for(Error)
        assert error.error.code is ErrorCode.BAD_MESSAGE
        await client.until_closed()


async def test_there_is_an_end_to_connections(tmp_path: Path) -> None:
    async with (
        served(tmp_path, connections=1) as backend,
        backend.client(),
        knock(backend) as peer,
    ):
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(peer.recv(), 60)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1013


async def test_pings_are_answered_while_a_job_runs(backend: Served) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 0.2}))
        for token in range(20):
            await client.send(Ping(token))
            await client.wait_for(Pong, token=token)
        await client.end_of("job")


async def test_a_client_that_stops_reading_delays_nobody(backend: Served) -> None:
    size = Size(900, 700)
    async with backend.client(name="slow") as slow, backend.client(name="fast") as fast:
        await slow.upload_echo_inputs(size)
        slow.socket.transport.pause_reading()
        parameters = {"seconds": 0.2, "previews": 8}
        await slow.submit("s", echo_task(size, parameters=parameters, preview=previewed()))
        await fast.upload_echo_inputs()
        await fast.submit("f", echo_task())
        await fast.end_of("f")
        slow.socket.transport.resume_reading()
        await slow.end_of("s")


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.2", "::", "example.com"])
def test_only_this_machine_is_served(address: str) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        listen(address, 0)
    assert caught.value.params == {"reason": "not_loopback"}


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(BackendUnavailable) as caught:
            listen("localhost", taken.getsockname()[1])
        assert caught.value.params == {"reason": "port_in_use"}


async def test_the_log_keeps_secrets(backend: Served) -> None:
    async with backend.client(secret="client-secret-1") as client:
        await client.upload_echo_inputs()
        prompt = "an unmistakable prompt"
        task = echo_task(prompt=prompt, parameters={"fail": "unexpected"})
        await client.submit("job", task)
        await client.end_of("job")
    with pytest.raises(InvalidStatus):
        async with connect(backend.backend.info.url, proxy=None):
            pass
    text = (backend.config.data_directory / "backend.log").read_text()
    for secret in (backend.token, prompt, "client-secret-1"):
        assert secret not in text
    assert json.dumps(prompt) not in text


def server_ends(address: tuple[str, int]) -> list[socket.socket]:
    """Copies of this process's sockets whose peer is ``address``."""
    found: list[socket.socket] = []
    for name in os.listdir("/proc/self/fd"):
        try:
            copy = socket.socket(fileno=os.dup(int(name)))
        except OSError:
            continue
        with contextlib.suppress(OSError):
            if copy.getpeername() == address:
                found.append(copy)
                continue
        copy.close()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the server's socket in /proc")
async def test_small_messages_wait_for_no_acknowledgement(backend: Served) -> None:
    async with backend.client() as client:
        (end,) = server_ends(client.socket.local_address)
        with end:
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_little_is_read_at_a_time(backend: Served) -> None:
    """What has been read waits here, whoever is told to wait."""
    async with backend.client():
        (peer,) = backend.backend.server._servers[0].connections
        transport: Any = peer.transport
        assert type(transport).max_size > transport.max_size, "asyncio goes by this number"
        assert transport.max_size == 64 * 1024
