from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.contracts.transport import Ends, TransportContract
from velatura_plugin.transport.base import TransportClosed
from velatura_plugin.transport.memory import MemoryTransport


class TestMemoryTransport(TransportContract):
    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Ends]:
        here, there = MemoryTransport.pair()
        yield Ends(here, there)
        await here.close()


async def test_a_cut_loses_what_is_on_its_way() -> None:
    here, there = MemoryTransport.pair()
    await there.send(b"lost")
    there.cut()
    with pytest.raises(TransportClosed):
        await here.receive()


async def test_the_ends_may_live_in_two_loops() -> None:
    here, there = MemoryTransport.pair()
    echoed: list[bytes] = []

    async def echo() -> None:
        for _ in range(50):
            frame = bytes(await there.receive())
            echoed.append(frame)
            await there.send(frame)

    thread = threading.Thread(target=lambda: asyncio.run(echo()))
    thread.start()
    for number in range(50):
        await here.send(bytes([number]))
        assert bytes(await here.receive()) == bytes([number])
    await asyncio.to_thread(thread.join, 10)
    assert len(echoed) == 50


async def test_a_loop_that_is_gone_does_not_disturb_the_other() -> None:
    here, there = MemoryTransport.pair()

    def abandon() -> None:
        async def wait_in_vain() -> None:
            waiting = asyncio.ensure_future(there.receive())
            await asyncio.sleep(0)
            waiting.cancel()

        asyncio.run(wait_in_vain())

    await asyncio.to_thread(abandon)
    await here.send(b"nobody waits any more")
    assert bytes(await there.receive()) == b"nobody waits any more"
