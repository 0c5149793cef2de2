"""One bare connection to a backend: messages out, events in, each with the time it came."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from velatura_plugin.transport.websocket import WebSocketTransport
from velatura_protocol.errors import NotFound
from velatura_protocol.messages import PROTOCOL, Hello, Ping, Pong, Welcome
from velatura_protocol.session import BlobOpened, ClientSession

Stamped = tuple[float, Any]
"""``time.monotonic`` at arrival, and the event."""


class Wire:
    """Refuses every blob that the backend opens: what comes back is not looked at."""

    def __init__(self, transport: WebSocketTransport) -> None:
        name = f"benchmark-{secrets.token_hex(4)}"
        self.session = ClientSession(Hello(PROTOCOL, PROTOCOL, name, secrets.token_hex(16)))
        self._transport = transport
        self._work = asyncio.Event()
        self._seen: list[Stamped] = []
        self._news = asyncio.Condition()
        self._numbers = iter(range(1, 1 << 31))

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, token_file: Path) -> AsyncIterator[Wire]:
        wire = cls(await WebSocketTransport.open(url, token_file))
        tasks = [asyncio.create_task(wire._receive()), asyncio.create_task(wire._send())]
        try:
            await wire.until(lambda event: isinstance(event, Welcome))
            yield wire
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await wire._transport.close()

    def send(self, message: Any) -> float:
        """Queues it; the time it was."""
        self.session.send(message)
        self._work.set()
        return time.monotonic()

    def wake(self) -> None:
        self._work.set()

    async def until(self, wanted: Callable[[Any], bool], after: float = 0.0) -> Stamped:
        """The first event of that kind that came after that time."""
        looked = 0
        async with self._news:
            while True:
                for stamped in self._seen[looked:]:
                    if stamped[0] >= after and wanted(stamped[1]):
                        return stamped
                looked = len(self._seen)
                await self._news.wait()

    async def ping(self) -> float:
        """Seconds to the server's event loop and back."""
        number = next(self._numbers)
        sent = self.send(Ping(number))
        arrived, _ = await self.until(lambda e: isinstance(e, Pong) and e.token == number, sent)
        return arrived - sent

    def forget(self) -> None:
        """Drops the events so far."""
        self._seen.clear()

    async def _receive(self) -> None:
        while True:
            frame = await self._transport.receive()
            now = time.monotonic()
            events = self.session.receive(bytes(frame))
            for event in events:
                if isinstance(event, BlobOpened):
                    self.session.refuse_blob(event.header.blob, NotFound(what="blob"))
            async with self._news:
                self._seen += [(now, event) for event in events]
                self._news.notify_all()
            self._work.set()

    async def _send(self) -> None:
        while True:
            self._work.clear()
            while (data := self.session.next_message()) is not None:
                await self._transport.send(data)
            self.session.take_events()
            await self._work.wait()
