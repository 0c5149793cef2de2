"""What every transport promises. A subclass says how the two ends come about."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from velatura_plugin.transport.base import Transport, TransportClosed


@dataclass
class Ends:
    """``here`` is the transport under test, ``there`` whatever the other side is."""

    here: Transport
    there: Transport


class TransportContract(ABC):
    @abstractmethod
    def connected(self) -> AbstractAsyncContextManager[Ends]:
        """Two ends of a connection, closed afterwards."""

    @pytest_asyncio.fixture
    async def ends(self) -> AsyncIterator[Ends]:
        async with self.connected() as ends:
            yield ends

    async def test_frames_arrive_whole_and_in_order(self, ends: Ends) -> None:
        frames = [bytes([number]) * number for number in range(1, 40)]

        async def send() -> None:
            for frame in frames:
                await ends.here.send(frame)

        sending = asyncio.create_task(send())
        assert [bytes(await ends.there.receive()) for _ in frames] == frames
        await sending

    async def test_frames_go_both_ways(self, ends: Ends) -> None:
        await ends.here.send(b"ping")
        assert bytes(await ends.there.receive()) == b"ping"
        await ends.there.send(b"pong")
        assert bytes(await ends.here.receive()) == b"pong"

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    async def test_any_buffer_is_a_frame(self, ends: Ends, kind: type) -> None:
        await ends.here.send(kind(b"some bytes"))
        assert bytes(await ends.there.receive()) == b"some bytes"

    async def test_a_large_frame_arrives(self, ends: Ends) -> None:
        frame = bytes(range(256)) * 4096 * 3
        sending = asyncio.create_task(ends.here.send(frame))
        assert bytes(await ends.there.receive()) == frame
        await sending

    async def test_a_sender_waits_for_a_slow_receiver(self, ends: Ends) -> None:
        sent = 0

        async def send() -> None:
            nonlocal sent
            while True:
                await ends.here.send(bytes(1024 * 1024))
                sent += 1

        sending = asyncio.create_task(send())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(sending), 0.3)
        before = sent
        assert before < 64, "what nobody takes must not pile up"
        for _ in range(before + 1):
            await ends.there.receive()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    async def test_what_was_sent_before_a_close_arrives(self, ends: Ends) -> None:
        await ends.there.send(b"last words")
        await ends.there.close()
        assert bytes(await ends.here.receive()) == b"last words"
        with pytest.raises(TransportClosed):
            await ends.here.receive()
        with pytest.raises(TransportClosed):
            await ends.here.send(b"too late")

    async def test_a_waiting_receiver_hears_of_the_close(self, ends: Ends) -> None:
        waiting = asyncio.create_task(ends.here.receive())
        await asyncio.sleep(0)
        await ends.there.close()
        with pytest.raises(TransportClosed):
            await asyncio.wait_for(waiting, 60)

    async def test_closing_twice_is_fine(self, ends: Ends) -> None:
        await ends.here.close()
        await ends.here.close()
        with pytest.raises(TransportClosed):
            await ends.here.receive()
