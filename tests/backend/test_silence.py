"""Half-open connections: a client that is gone without a word, and one that only looks so."""

from __future__ import annotations

import asyncio
import gc
import time
from pathlib import Path

from websockets.asyncio.client import connect

from tests.backend.live import Served, client, finished_job, served
from velatura_backend.connections.connection import Connection
from velatura_protocol.messages import PROTOCOL, Hello, Pong
from velatura_protocol.session import ClientSession

BEAT = 0.05


async def silent(backend: Served) -> float:
    """Connects, says hello and nothing more; the seconds until the server hangs up."""
    hello = ClientSession(Hello(PROTOCOL, PROTOCOL, "silent", "s")).next_message()
    assert hello is not None
    headers = {"Authorization": f"Bearer {backend.token}"}
    async with connect(
        backend.backend.info.url, additional_headers=headers, compression=None, proxy=None
    ) as socket:
        await socket.send(hello)
        began = time.monotonic()
        async with asyncio.timeout(60):
            await socket.wait_closed()
        return time.monotonic() - began


async def test_a_client_that_says_nothing_is_hung_up_on(tmp_path: Path) -> None:
    async with served(tmp_path, heartbeat_seconds=BEAT) as backend:
        assert await silent(backend) >= 8 * BEAT
        async with asyncio.timeout(60):
            while backend.backend.server.connections:
                await asyncio.sleep(BEAT)


async def test_a_client_that_answers_pings_stays(tmp_path: Path) -> None:
    async with served(tmp_path, heartbeat_seconds=BEAT) as backend, backend.client() as there:
        await asyncio.sleep(20 * BEAT)
        assert not there.closed
        await finished_job(there)


async def test_a_server_that_was_stopped_itself_hangs_up_on_nobody(tmp_path: Path) -> None:
    """A laptop that slept, or a machine that gave us no time: the answers lie unread."""
    async with served(tmp_path, heartbeat_seconds=BEAT) as backend, backend.client() as there:
        for _ in range(3):
            time.sleep(12 * BEAT)
            await asyncio.sleep(2 * BEAT)
        assert not there.closed
        await finished_job(there)


async def test_connections_that_are_over_leave_nothing(tmp_path: Path) -> None:
    """They used to wait for the collector, thousands of them."""

    def kept() -> int:
        return sum(type(each) is Connection for each in gc.get_objects())

    async with served(tmp_path) as backend:
        before = kept()  # by other tests of this process, whose failures may hold some
        for _ in range(80):
            async with backend.client():
                pass
        async with asyncio.timeout(60):
            while kept() - before > 40:
                await asyncio.sleep(BEAT)


async def test_a_half_open_connection_takes_nothing_from_the_next(tmp_path: Path) -> None:
    """The same client comes back before its dead connection is noticed, and has its jobs."""
    async with served(tmp_path, heartbeat_seconds=60.0) as backend:
        url, token = backend.backend.info.url, backend.token
        async with client(url, token) as dead:
            assert dead._reader is not None
            dead._reader.cancel()
            dead._reader = None
            async with client(url, token) as alive:
                job = await finished_job(alive)
                assert len(backend.backend.server.connections) == 2
                assert not alive.seen(Pong)
                assert alive.story(job)
