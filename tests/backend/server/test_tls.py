"""TLS handshakes that never end, in a server of this process; of a real one in ``tests/e2e``."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.backend.live import Served, served
from tests.support.certificates import Certificate, make_certificate
from velatura_backend.config import Outside
from velatura_backend.server import server
from velatura_protocol.codec import decode, encode
from velatura_protocol.messages import PROTOCOL, Hello, Limits, Welcome

MOST = 3
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "localhost")


@contextlib.asynccontextmanager
async def studio(tmp_path: Path, made: Certificate, **settings: Any) -> AsyncIterator[Served]:
    outside = Outside("127.0.0.1", 0, made.certificate, made.key, ("localhost",))
    async with served(tmp_path, outside=outside, **settings) as backend:
        yield backend


@pytest.fixture
async def backend(tmp_path: Path, made: Certificate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "_MOST_WAITING", MOST)
    async with studio(tmp_path, made) as backend:
        yield backend


def port_of(backend: Served) -> int:
    port = urlsplit(backend.backend.info.outside_url).port
    assert port
    return port


async def enter(backend: Served, says: bytes = b"") -> Stream:
    stream = await asyncio.open_connection("127.0.0.1", port_of(backend))
    stream[1].write(says)
    return stream


async def is_ended(stream: Stream) -> bool:
    """Waits for it."""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(20):
            while await stream[0].read(4096):
                pass
    return True


async def leave(crowd: list[Stream]) -> None:
    for _, writer in crowd:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def knock(backend: Served, made: Certificate) -> connect:
    return connect(
        backend.backend.info.outside_url,
        ssl=ssl.create_default_context(cafile=made.certificate),
        additional_headers={"Authorization": f"Bearer {backend.token}"},
        proxy=None,
    )


async def is_welcome(peer: ClientConnection) -> bool:
    await peer.send(encode(Hello(PROTOCOL, PROTOCOL, "elsewhere", "s")))
    answer = await asyncio.wait_for(peer.recv(), 20)
    assert isinstance(answer, bytes)
    return isinstance(decode(answer, Limits()), Welcome)


# A client hello of which the second half never comes.
BEGUN = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)


@pytest.mark.parametrize("says", [b"", BEGUN], ids=["silent", "begun"])
async def test_handshakes_that_never_end_make_room_for_the_next(
    backend: Served, made: Certificate, says: bytes
) -> None:
    crowd = [await enter(backend, says) for _ in range(MOST + 2)]
    for stream in crowd[:2]:
        assert await is_ended(stream)
    async with knock(backend, made) as peer:
        assert await is_welcome(peer)
        assert not crowd[-1][0].at_eof()
    await leave(crowd)


async def test_who_is_through_does_not_count(backend: Served, made: Certificate) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(MOST + 2):
            peer = await stack.enter_async_context(knock(backend, made))
            assert await is_welcome(peer)


async def test_the_token_s_handshake_is_counted_behind_tls(
    backend: Served, made: Certificate
) -> None:
    context = ssl.create_default_context(cafile=made.certificate)
    crowd = [
        await asyncio.open_connection(
            "127.0.0.1", port_of(backend), ssl=context, server_hostname="localhost"
        )
        for _ in range(MOST + 2)
    ]
    assert await is_ended(crowd[0])
    async with knock(backend, made) as peer:
        assert await is_welcome(peer)
    await leave(crowd)


async def test_a_handshake_has_an_end(tmp_path: Path, made: Certificate) -> None:
    async with studio(tmp_path, made, handshake_seconds=0.2) as backend:
        crowd = [await enter(backend), await enter(backend, BEGUN)]
        for stream in crowd:
            assert await is_ended(stream)
        await leave(crowd)


@pytest.mark.parametrize("says", [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 4096, BEGUN + b"\xff" * 600])
async def test_noise_is_hung_up_on(
    backend: Served, caplog: pytest.LogCaptureFixture, says: bytes
) -> None:
    stream = await enter(backend, says)
    assert await is_ended(stream)
    await leave([stream])
    assert not [each for each in caplog.records if each.levelname in ("WARNING", "ERROR")]


async def test_what_comes_with_the_last_bytes_of_the_handshake_is_not_lost(
    backend: Served, made: Certificate
) -> None:
    """One segment with both: the request is there before anybody knows that TLS is."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=made.certificate)
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    reader, writer = await enter(backend)
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            incoming.write(await asyncio.wait_for(reader.read(65536), 20))
    tls.write(f"GET /health HTTP/1.1\r\nHost: localhost:{port_of(backend)}\r\n\r\n".encode())
    writer.write(outgoing.read())
    answer = b""
    while b"OK\n" not in answer:
        incoming.write(await asyncio.wait_for(reader.read(65536), 20))
        with contextlib.suppress(ssl.SSLWantReadError):
            answer += tls.read(65536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    await leave([(reader, writer)])


async def test_a_server_that_closes_waits_for_no_handshake(
    tmp_path: Path, made: Certificate
) -> None:
    async with studio(tmp_path, made, handshake_seconds=3600.0) as backend:
        crowd = [await enter(backend, BEGUN) for _ in range(2)]
        async with knock(backend, made):
            pass  # by then they have been seen
    for stream in crowd:
        assert await is_ended(stream)
    await leave(crowd)
