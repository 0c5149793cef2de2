"""A crowd at the door, in a server of this process; of a real one in ``tests/e2e/attacks``."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.backend.live import Served, served
from velatura_backend.server import server
from velatura_backend.server.waiting import WaitingRoom


@pytest.fixture
async def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "_MOST_WAITING", 3)
    async with served(tmp_path) as backend:
        yield backend


async def enter(backend: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(backend.backend.info.url)
    assert parts.hostname
    return await asyncio.open_connection(parts.hostname, parts.port)


async def test_the_one_that_has_waited_longest_makes_room(backend: Served) -> None:
    async with asyncio.timeout(60):
        crowd = [await enter(backend) for _ in range(5)]
        for reader, _ in crowd[:2]:
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        async with backend.client():
            pass
        assert not crowd[4][0].at_eof()
    for _, writer in crowd:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_who_is_let_in_does_not_count(backend: Served) -> None:
    async with contextlib.AsyncExitStack() as stack:
        guests = [await stack.enter_async_context(backend.client(name=f"g{n}")) for n in range(6)]
        for guest in guests:
            assert not guest.closed


def test_an_empty_room() -> None:
    assert len(WaitingRoom(3)) == 0
