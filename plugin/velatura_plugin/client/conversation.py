"""One connection to the backend, from the greeting until it is lost."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable

from velatura_protocol.errors import BackendUnavailable, Cancelled
from velatura_protocol.messages import (
    Ack,
    BlobGet,
    BlobRef,
    Cancel,
    Capabilities,
    ClientRequest,
    Done,
    Engines,
    Error,
    ErrorInfo,
    ExchangeProof,
    ExchangeReady,
    JobEvent,
    Jobs,
    ModelProgress,
    Models,
    Ping,
    Pong,
    Preview,
    Refused,
    Resume,
    Welcome,
)
from velatura_protocol.session import (
    BlobFailed,
    BlobKnown,
    BlobOpened,
    BlobReceived,
    BlobRejected,
    BlobSent,
    ClientSession,
    Heartbeat,
)
from velatura_protocol.session import ClientEvent as SessionEvent

from ..transport.base import Transport, TransportClosed
from .downloader import Downloader
from .events import ClientEvent, Greeted, HistoryArrived, JobRefused, RequestDone
from .jobbook import ClientJob, JobBook
from .uploader import Uploader
from .uploading import Uploads

HEARTBEAT_SECONDS = 10.0
SILENT_BEATS = 3
"""A backend that hangs is given up 30 to 40 seconds after its last frame."""

_log = logging.getLogger(__name__)


class Conversation:
    """Pumps one session over one transport. I/O thread only."""

    def __init__(
        self,
        transport: Transport,
        session: ClientSession,
        book: JobBook,
        uploads: Uploads,
        emit: Callable[[ClientEvent], None],
    ) -> None:
        self._transport = transport
        self._session = session
        self._book = book
        self._uploads = uploads
        self._emit = emit
        self._has_work = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._welcome: asyncio.Future[Welcome] = asyncio.get_running_loop().create_future()
        self._heartbeat = Heartbeat(HEARTBEAT_SECONDS, SILENT_BEATS)
        self._requests: set[int] = set()
        self._downloader = Downloader(
            session,
            book,
            emit=emit,
            ask=lambda digest: self.send(BlobGet(digest)),
            wake=self._has_work.set,
        )
        self._uploader = Uploader(
            session,
            book,
            uploads,
            emit=emit,
            send=self.send,
            wake=self._has_work.set,
            refused=self._refuse,
        )

    @property
    def is_open(self) -> bool:
        return self._welcome.done() and not self._session.is_closed

    # -- what the client asks for ------------------------------------------------------------------

    def submit(self, job: ClientJob) -> None:
        self._uploader.submit(job)

    def cancel(self, job: ClientJob) -> None:
        """The message first: an input that is given up alone would look like a broken job."""
        self.send(Cancel(job.name))
        self._uploader.drop(job.name)

    def request(self, number: int, message: ClientRequest) -> None:
        """One that is answered with its number."""
        self._requests.add(number)
        self.send(message)

    def fetch(self, refs: tuple[BlobRef, ...]) -> None:
        self._downloader.fetch(refs)

    def send(self, message: ClientRequest) -> None:
        """Nothing is sent to a backend that has not said welcome, or is gone."""
        if self.is_open:
            self._session.send(message)
            self._has_work.set()

    async def run(self) -> None:
        """Until the connection is over.

        :raises velatura_protocol.errors.VelaturaError: always; why it is over
        """
        parts = (
            self._receive_frames(),
            self._send_frames(),
            self._settle_exchange(),
            self._uploader.run(),
            self._downloader.run(),
            self._beat(),
        )
        tasks = [asyncio.ensure_future(each) for each in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end()

    async def drained(self) -> None:
        """Returns when nothing waits to be sent: acknowledgements, a last cancel."""
        self._is_idle.clear()
        self._has_work.set()
        await self._is_idle.wait()

    async def leave(self) -> None:
        """Hangs up, which ends :meth:`run`."""
        await self._transport.close()

    async def _end(self) -> None:
        self._session.connection_lost()
        self._uploads.connection_lost()
        self._book.connection_lost()
        error = ErrorInfo.of(BackendUnavailable(reason="connection lost"))
        for number in self._requests:
            self._emit(RequestDone(number, error=error))
        await self._transport.close()
        if self._downloader.exchange is not None:
            await asyncio.to_thread(self._downloader.exchange.clear)

    # -- the pump ----------------------------------------------------------------------------------

    async def _receive_frames(self) -> None:
        while True:
            frame = await self._transport.receive()
            self._heartbeat.heard()
            self._handle_all(self._session.receive(bytes(frame)))
            # Credit and pongs are answers the session gives without an event.
            self._has_work.set()
            if self._session.is_closed:
                raise self._session.close_reason or TransportClosed(reason="closed")

    async def _send_frames(self) -> None:
        while True:
            self._has_work.clear()
            await self._send_all()
            if not self._has_work.is_set():
                self._is_idle.set()
            await self._has_work.wait()

    async def _send_all(self) -> None:
        while (data := self._session.next_message()) is not None:
            self._handle_all(self._session.take_events())
            await self._transport.send(data)
        self._handle_all(self._session.take_events())

    async def _settle_exchange(self) -> None:
        welcome = await self._welcome
        self._downloader.exchange = await self._uploader.offer(welcome.exchange)

    async def _beat(self) -> None:
        """Asks for a sign of life now and then."""
        loop = asyncio.get_running_loop()
        for number in itertools.count(1):
            began = loop.time()
            await asyncio.sleep(self._heartbeat.seconds)
            if not self._heartbeat.beat(loop.time() - began):
                raise TransportClosed(reason="no answer")
            self.send(Ping(number))

    # -- what the backend says ---------------------------------------------------------------------

    def _handle_all(self, events: list[SessionEvent]) -> None:
        for event in events:
            self._handle(event)
        if events:
            self._has_work.set()

    def _handle(self, event: SessionEvent) -> None:
        match event:
            case Welcome():
                self._greet(event)
            case ExchangeReady():
                self._uploader.settle_exchange()
            case Capabilities() | Engines() | ModelProgress():
                self._emit(event)
            case Models():
                self._requests.discard(event.request)
                self._emit(event)
            case Preview():
                # Another editor with this client's identity has jobs of its own.
                if self._book.get(event.job) is not None:
                    self._downloader.expect(event)
            case Jobs(request, jobs):
                self._requests.discard(request)
                self._emit(HistoryArrived(request, jobs))
            case Done(request, count):
                self._requests.discard(request)
                self._emit(RequestDone(request, count))
            case Error():
                self._handle_error(event)
            case BlobOpened() | BlobReceived() | BlobFailed():
                self._downloader.handle(event)
            case BlobSent() | BlobKnown() | BlobRejected():
                self._uploader.handle(event)
            case Refused() | Pong():
                pass
            case _:
                self._handle_job_event(event)

    def _greet(self, welcome: Welcome) -> None:
        self._welcome.set_result(welcome)
        self._emit(Greeted(welcome))
        resumed = {point.job for point in self._session.hello.resume}
        for job in self._book:
            if not job.is_accepted:
                self.submit(job)
                continue
            if job.name not in resumed:
                # It was asked for while the hello was on its way.
                self.send(Resume(job.name, job.delivered))
            if job.is_cancelled:
                self.cancel(job)

    def _handle_job_event(self, event: JobEvent) -> None:
        self._downloader.want(self._book.take(event))
        if self._book.get(event.job) is None:
            self._session.seen.forget(event.job)

    def _handle_error(self, event: Error) -> None:
        if event.request:
            self._requests.discard(event.request)
            self._emit(RequestDone(event.request, error=event.error))
        elif event.about == BlobGet.t:
            self._downloader.unavailable(str(event.error.params.get("id", "")), event.error)
        elif event.about == ExchangeProof.t:
            self._uploader.settle_exchange()
        elif event.job and event.about != Ack.t:
            self._refuse(event.job, event.error)
        else:
            _log.warning("the backend refused %r: %s", event.about, event.error.code.value)

    def _refuse(self, name: str, error: ErrorInfo) -> None:
        """The job does not exist over there, or not any more."""
        job = self._book.get(name)
        if job is None:
            return
        if job.is_cancelled:
            error = ErrorInfo.of(Cancelled(phase="uploading"))
        self._uploader.drop(name)
        self._book.drop(name)
        self._session.seen.forget(name)
        self._emit(JobRefused(name, error))
