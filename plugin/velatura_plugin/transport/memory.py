"""A connection inside one process: what tests and the doctor talk through.

The two ends may live in different threads, each with an event loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable

from .base import Frame, TransportClosed

FRAMES_IN_FLIGHT = 16
"""As many as this wait before a sender does, so that flow control is felt here too."""


class MemoryTransport:
    """Implements :class:`~velatura_plugin.transport.base.Transport`; made with :meth:`pair`."""

    def __init__(self, outgoing: _Pipe, incoming: _Pipe) -> None:
        self._outgoing = outgoing
        self._incoming = incoming

    @classmethod
    def pair(cls) -> tuple[MemoryTransport, MemoryTransport]:
        """The two ends of a connection."""
        one, other = _Pipe(), _Pipe()
        return cls(one, other), cls(other, one)

    async def send(self, frame: Frame) -> None:
        await self._outgoing.put(bytes(frame))

    async def receive(self) -> Frame:
        return await self._incoming.get()

    async def close(self) -> None:
        self._outgoing.close(drop=False)
        self._incoming.close(drop=False)

    def cut(self) -> None:
        """The cable is pulled: what was on its way is lost. From any thread."""
        self._outgoing.close(drop=True)
        self._incoming.close(drop=True)


class _Pipe:
    """Frames in one direction."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []
        self._is_closed = False

    async def put(self, frame: bytes) -> None:
        while True:
            with self._lock:
                if self._is_closed:
                    raise TransportClosed(reason="closed")
                if len(self._frames) < FRAMES_IN_FLIGHT:
                    self._frames.append(frame)
                    self._wake()
                    return
                room = self._change()
            await room

    async def get(self) -> bytes:
        while True:
            with self._lock:
                if self._frames:
                    self._wake()
                    return self._frames.popleft()
                if self._is_closed:
                    raise TransportClosed(reason="closed")
                frame = self._change()
            await frame

    def close(self, *, drop: bool) -> None:
        with self._lock:
            self._is_closed = True
            if drop:
                self._frames.clear()
            self._wake()

    def _change(self) -> asyncio.Future[None]:
        """Done as soon as anything changes here. The lock is held."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            # The other end's loop may be closed by now: then nobody waits there any more.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, future)

        self._wakers.append(wake)
        return future

    def _wake(self) -> None:
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
