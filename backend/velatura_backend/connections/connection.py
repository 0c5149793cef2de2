"""One client: what it says is carried out, what concerns it is told, in the right order.

One task reads, one writes, and requests that have to wait run beside them. Whatever is to be sent
waits here, bounded, until the socket takes it; so a client that does not read costs little, and
delays nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from functools import partial
from typing import Protocol

from velatura_protocol.errors import LimitExceeded, VelaturaError
from velatura_protocol.messages import (
    CancelledJob,
    Capabilities,
    Engines,
    Failed,
    Finished,
    Hello,
    JobEvent,
    Ping,
    Result,
)
from velatura_protocol.session import Heartbeat, ServerEvent, ServerSession

from ..background_tasks import BackgroundTasks
from ..jobs.previews import PreviewSlots, SharedPreview
from ..services import Services
from .exchange import ExchangeFolder, open_exchange
from .greeting import identify, welcome
from .outbox import EventOutbox
from .requests import Requests

_MOST_EVENTS = 4096
_MOST_REQUESTS = 64

# A client that hangs costs little, one that is hung up on sends its pixels again: two minutes.
_SILENT_BEATS = 8
_MOST_UNSENT = 8 * 1024 * 1024

# What has come in one piece is read without a pause: a hundred small messages took 25 ms, in which
# nobody else was told anything.
_TURN_SECONDS = 0.004


class SocketClosed(Exception):
    """The peer is gone, or we have closed."""


class Socket(Protocol):
    """A WebSocket, as far as a connection needs one."""

    async def receive(self) -> bytes:
        """:raises SocketClosed: there will be no more"""
        ...

    async def send(self, data: bytes) -> None:
        """Returns when there is room for more.

        :raises SocketClosed: nobody takes it
        """
        ...

    async def close(self) -> None: ...


class Connection:
    """See :meth:`run`. Its client's jobs it hears as a
    :class:`~velatura_backend.jobs.ledger.Listener`."""

    def __init__(
        self,
        services: Services,
        socket: Socket,
        *,
        shares_files: bool = True,
        heartbeat_seconds: float = 15.0,
    ) -> None:
        self._services = services
        self._socket = socket
        self._shares_files = shares_files
        self._session = ServerSession(services.limits)
        self._wake = asyncio.Event()
        # None of what it has may hold on to the connection itself: it is to go when it is over, and
        # all its memory with it, not when the collector comes.
        self._outbox = EventOutbox(
            _MOST_EVENTS, self._wake.set, partial(_refuse_more, self._session)
        )
        self._slots = PreviewSlots(self._wake.set)
        self._exchange: ExchangeFolder | None = None
        self._requests: Requests | None = None
        self._heartbeat = Heartbeat(heartbeat_seconds, _SILENT_BEATS)
        self._background_tasks = BackgroundTasks()
        self._less_to_do = asyncio.Event()
        self._is_mute = False

    async def run(self) -> None:
        """Talks until either side has had enough; jobs go on without it."""
        writer = self._background_tasks.spawn(self._write())
        self._background_tasks.spawn(self._beat())
        try:
            await self._read()
            # A last word may still be on its way.
            await asyncio.wait((writer,), timeout=self._services.handshake_seconds)
        except (SocketClosed, TimeoutError):
            # Nobody is there any more to be told anything.
            return
        finally:
            await self._end()

    # -- what others tell the client ---------------------------------------------------------------

    def tell(self, event: JobEvent) -> None:
        self._outbox.put(event)
        if isinstance(event, Result | Finished | Failed | CancelledJob):
            self._slots.drop(event.job)
            if self._requests is not None:
                self._requests.drop_preview(event.job)

    def offer(self, preview: SharedPreview) -> None:
        self._slots.offer(preview)

    def tell_everybody(self, news: Capabilities | Engines) -> None:
        """What concerns every client alike."""
        if self._is_open:
            self._session.send(news)
            self.pump()

    def pump(self) -> None:
        """There may be something to send."""
        self._wake.set()

    @property
    def _is_open(self) -> bool:
        return self._requests is not None and not self._session.is_closed

    # -- reading -----------------------------------------------------------------------------------

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._services.handshake_seconds) as patience:
            began = loop.time()
            while not self._session.is_closed:
                if loop.time() - began > _TURN_SECONDS:
                    await asyncio.sleep(0)
                    began = loop.time()
                data = await self._socket.receive()
                self._heartbeat.heard()
                await self._handle(self._session.receive(data))
                if self._requests is not None:
                    patience.reschedule(None)
                self.pump()
                await self._until_less_is_to_do()

    async def _handle(self, events: list[ServerEvent]) -> None:
        for event in events:
            if isinstance(event, Hello):
                await self._greet(event)
            else:
                self._carry_out(event)

    def _carry_out(self, event: ServerEvent) -> None:
        assert self._requests is not None
        work = self._requests.handle(event)
        if work is not None:
            self._background_tasks.spawn(work).add_done_callback(lambda _: self._less_to_do.set())

    async def _until_less_is_to_do(self) -> None:
        """Who asks faster than we answer, or than it reads what we answer, is read more slowly; so
        is who sends pixels faster than the disk takes them."""
        while self._has_enough_to_do() and not self._is_mute:
            self._less_to_do.clear()
            await self._less_to_do.wait()
            self._heartbeat.heard()

    def _has_enough_to_do(self) -> bool:
        requests = self._requests
        return (
            len(self._background_tasks) >= _MOST_REQUESTS
            or self._session.unsent_bytes > _MOST_UNSENT
            or (requests is not None and requests.is_behind)
        )

    async def _greet(self, hello: Hello) -> None:
        try:
            caller = await identify(self._services, hello)
        except VelaturaError as error:
            self._session.refuse(error)
            return
        if self._shares_files:
            # To another machine its path would say something, and the folder nothing.
            self._exchange = await asyncio.to_thread(open_exchange, self._services.exchange_root)
        offer = self._exchange.offer if self._exchange else None
        self._session.welcome(welcome(self._services, offer))
        self._session.send(self._services.capabilities())
        self._requests = Requests(
            self._services,
            self._session,
            caller,
            self._exchange,
            self._outbox,
            self,
            self._wake.set,
        )
        for point in hello.resume:
            self._background_tasks.spawn(
                self._requests.replay(point.job, point.after_seq, about=hello.t)
            )

    async def _beat(self) -> None:
        """Hangs up on a client that has gone without a word."""
        loop = asyncio.get_running_loop()
        for number in itertools.count(1):
            began = loop.time()
            await asyncio.sleep(self._heartbeat.seconds)
            if not self._heartbeat.beat(loop.time() - began):
                await self._socket.close()
                return
            if self._is_open:
                self._session.send(Ping(number))
                self.pump()

    # -- writing -----------------------------------------------------------------------------------

    async def _write(self) -> None:
        """Ends with the socket, however it ends: nobody is to ask who would hear no answer."""
        try:
            with contextlib.suppress(SocketClosed):
                await self._send_all()
        finally:
            # Nobody takes anything any more: there is no less to wait for.
            self._is_mute = True
            self._less_to_do.set()
            await self._socket.close()

    async def _send_all(self) -> None:
        """Returns when the last word is said."""
        while True:
            self._wake.clear()
            self._less_to_do.set()
            while (data := self._next()) is not None:
                await self._socket.send(data)
                self._less_to_do.set()
            if self._session.is_closed:
                return
            await self._wake.wait()

    def _next(self) -> bytes | None:
        """Answers and events first, then chunks, and previews only when nothing else is left."""
        event = self._outbox.take() if self._is_open else None
        if event is not None:
            self._session.send(event)
        data = self._session.next_message()
        if data is None and self._is_open and self._requests is not None:
            self._requests.send_preview(self._slots)
            data = self._session.next_message()
        for done in self._session.take_events():
            self._carry_out(done)
        return data

    # -- the end -----------------------------------------------------------------------------------

    async def _end(self) -> None:
        self._services.ledger.leave(self)
        for event in self._session.connection_lost():
            if self._requests is not None:
                self._carry_out(event)
        await self._background_tasks.dismiss()
        self._slots.clear()
        if self._requests is not None:
            await self._requests.close()
            # They know us as who listens.
            self._requests = None
        if self._exchange is not None:
            await asyncio.to_thread(self._exchange.close)


def _refuse_more(session: ServerSession) -> None:
    """It is so far behind that it had better come back and resume."""
    maximum = _MOST_EVENTS
    session.refuse(LimitExceeded(limit="events", value=maximum + 1, maximum=maximum))
