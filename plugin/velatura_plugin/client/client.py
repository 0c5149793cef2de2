"""The thread that talks to the backend."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from velatura_protocol.errors import BackendUnavailable, Cancelled, VelaturaError
from velatura_protocol.messages import (
    PROTOCOL,
    Ack,
    BlobRef,
    ClientRequest,
    ErrorInfo,
    Favourite,
    Forget,
    Hello,
    JobEvent,
    ListJobs,
    Resume,
)
from velatura_protocol.session import ClientSession, SeenEvents

from ..launcher.launcher import StartFailed
from ..transport.base import Transport
from .backoff import RETRY_DELAYS, Backoff, spread
from .conversation import Conversation
from .events import (
    ClientEvent,
    Greeted,
    JobRefused,
    Link,
    LinkChanged,
    RequestDone,
    VariationArrived,
)
from .job_client import CLOSE_SECONDS
from .jobbook import JobBook
from .order import JobOrder
from .uploading import Uploads

LOOK_SECONDS = 2.0
"""How often a backend is looked for that somebody else may start."""

FLUSH_SECONDS = 0.3
"""How long the I/O thread goes on sending by itself after that."""

_log = logging.getLogger(__name__)

Report = Callable[[LinkChanged], None]
Dial = Callable[[Report], Awaitable[Transport]]
"""Makes a connection, starting a backend if need be, which it reports.

:raises VelaturaError: it cannot; where ``retryable``, it is tried again by itself
"""


@dataclass(frozen=True)
class Identity:
    """Who this client is: the backend knows its jobs by id and secret; ``host`` and ``version`` are
    for the log."""

    client_id: str
    client_secret: str
    host: str = ""
    version: str = ""


class Unsteady(BackendUnavailable):
    """The backend lets us in and is gone again, time after time."""

    retryable = False


class Client:
    """Implements :class:`~.job_client.JobClient`: one thread with an event loop, one connection at
    a time. ``is_there``: whether a backend runs by now, asked now and then where none could be
    started; may block."""

    def __init__(
        self,
        dial: Dial,
        identity: Identity,
        *,
        delays: Sequence[int] = RETRY_DELAYS,
        is_there: Callable[[], bool] = lambda: False,
        look_seconds: float = LOOK_SECONDS,
        spread: Callable[[int], float] = spread,
    ) -> None:
        self._dial = dial
        self._is_there = is_there
        self._look_seconds = look_seconds
        self._identity = identity
        self._backoff = Backoff(delays, spread)
        self._numbers = itertools.count(1)
        self._emit: Callable[[ClientEvent], None] = _ignore
        self._book = JobBook(self._tell)
        self._uploads = Uploads()
        self._seen = SeenEvents()
        self._acks: dict[str, int] = {}
        self._conversation: Conversation | None = None
        self._loop = asyncio.new_event_loop()
        self._retry = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="velatura-io", daemon=True)
        self._main: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._met_at: float | None = None
        self._lost_for = 0

    # -- from any thread ---------------------------------------------------------------------------

    def connect(self, listener: Callable[[ClientEvent], None]) -> None:
        self._emit = listener
        self._thread.start()

    def retry_now(self) -> None:
        self._post(self._retry.set)

    def reconnect(self) -> None:
        """Ends the connection, if there is one, and makes another: to where the settings say by
        now. Jobs go on."""
        self._post(self._reconnect)

    def submit(self, order: JobOrder) -> None:
        self._post(lambda: self._submit(order))

    def follow(self, order: JobOrder) -> None:
        self._post(lambda: self._follow(order))

    def cancel(self, job: str) -> None:
        self._post(lambda: self._cancel(job))

    def acknowledge(self, job: str, seq: int) -> None:
        self._post(lambda: self._acknowledge(job, seq))

    def list_jobs(
        self,
        *,
        document_key: str = "",
        limit: int = 50,
        everyone: bool = False,
        before: str = "",
    ) -> int:
        """Newest first; with ``before`` only those older than that job."""
        return self.ask(lambda number: ListJobs(number, document_key, limit, everyone, before))

    def forget(self, jobs: tuple[str, ...], *, everyone: bool = False) -> int:
        return self.ask(lambda number: Forget(number, jobs, everyone))

    def set_favourite(self, job: str, *, favourite: bool) -> int:
        return self.ask(lambda number: Favourite(number, job, favourite))

    def ask(self, make: Callable[[int], ClientRequest]) -> int:
        """Sends the request that ``make`` builds with its number, which is returned."""
        number = next(self._numbers)
        self._post(lambda: self._request(number, make(number)))
        return number

    def fetch(self, refs: tuple[BlobRef, ...]) -> None:
        self._post(lambda: self._fetch(refs))

    def close(self, *, seconds: float = CLOSE_SECONDS) -> None:
        if self._thread.ident is None and not self._loop.is_closed():
            self._loop.close()
        # Who closes has stopped listening: an editor may be gone before this thread is.
        self._emit = _ignore
        if self._thread.is_alive():
            self._post(self._stop)
            self._thread.join(seconds)

    def _post(self, action: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    # -- on the I/O thread -------------------------------------------------------------------------

    def _reconnect(self) -> None:
        self._retry.set()
        if self._conversation is not None:
            self._stopping = self._loop.create_task(self._conversation.leave())

    def _submit(self, order: JobOrder) -> None:
        job = self._book.add(order)
        if self._conversation is not None and self._conversation.is_open:
            self._conversation.submit(job)

    def _follow(self, order: JobOrder) -> None:
        job = self._book.add(order)
        job.is_sent = job.is_accepted = True
        # Without a connection, or before the welcome, the next greeting sees to it.
        if self._conversation is not None:
            self._conversation.send(Resume(order.job, job.delivered))

    def _cancel(self, name: str) -> None:
        job = self._book.get(name)
        if job is None:
            return
        job.is_cancelled = True
        if not job.is_sent:
            self._book.drop(name)
            self._tell(JobRefused(name, ErrorInfo.of(Cancelled(phase="uploading"))))
        elif self._conversation is not None:
            self._conversation.cancel(job)

    def _acknowledge(self, job: str, seq: int) -> None:
        self._acks[job] = max(seq, self._acks.get(job, 0))
        self._send_acks()

    def _send_acks(self) -> None:
        conversation = self._conversation
        if conversation is not None and conversation.is_open:
            for job, seq in self._acks.items():
                conversation.send(Ack(job, seq))
            self._acks.clear()

    def _request(self, number: int, message: ClientRequest) -> None:
        if self._conversation is not None and self._conversation.is_open:
            self._conversation.request(number, message)
        else:
            error = ErrorInfo.of(BackendUnavailable(reason="not connected"))
            self._tell(RequestDone(number, error=error))

    def _fetch(self, refs: tuple[BlobRef, ...]) -> None:
        if self._conversation is not None and self._conversation.is_open:
            self._conversation.fetch(refs)

    def _tell(self, event: ClientEvent) -> None:
        self._emit(event)

    def _hear(self, event: ClientEvent) -> None:
        """From the conversation."""
        self._tell(event)
        if isinstance(event, JobEvent | VariationArrived):
            self._backoff.progressed()
        if isinstance(event, Greeted):
            self._met_at = self._loop.time()
            self._lost_for = 0
            self._tell(LinkChanged(Link.ONLINE))
            self._send_acks()

    def _run(self) -> None:
        self._main = self._loop.create_task(self._keep_connected())
        try:
            self._loop.run_until_complete(self._main)
        except asyncio.CancelledError:
            _log.debug("client closed")
        finally:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    def _stop(self) -> None:
        self._stopping = self._loop.create_task(self._drain_and_stop())

    async def _drain_and_stop(self) -> None:
        if self._conversation is not None and self._conversation.is_open:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._conversation.drained(), FLUSH_SECONDS)
        assert self._main is not None
        self._main.cancel()

    async def _keep_connected(self) -> None:
        while True:
            self._met_at = None
            try:
                await self._converse(await self._dial(self._tell))
            except VelaturaError as error:
                await self._rest(error)
            except Exception:
                # A bug must not leave the panel waiting for a thread that is gone.
                _log.exception("the connection ended by a bug")
                await self._rest(BackendUnavailable(reason="internal error"))

    async def _converse(self, transport: Transport) -> None:
        """:raises VelaturaError: always; why the connection is over"""
        who = self._identity
        hello = Hello(
            PROTOCOL,
            PROTOCOL,
            who.client_id,
            who.client_secret,
            who.host,
            who.version,
            resume=self._book.resume_points(),
        )
        session = ClientSession(hello, self._seen)
        self._conversation = Conversation(transport, session, self._book, self._uploads, self._hear)
        try:
            await self._conversation.run()
        finally:
            self._conversation = None

    async def _rest(self, error: VelaturaError) -> None:
        """Until the next attempt: some seconds, counted down, or until somebody asks for it."""
        delay = self._backoff.next_delay(
            None if self._met_at is None else self._loop.time() - self._met_at
        )
        if self._backoff.is_spent():
            error = Unsteady(reason="unsteady")
        info = ErrorInfo.of(error)
        detail = error.detail if isinstance(error, StartFailed) else ""
        self._retry.clear()
        if not error.retryable:
            self._tell(LinkChanged(Link.OFFLINE, error=info, detail=detail))
            await self._be_asked(looks=isinstance(error, StartFailed))
            return
        second = 1.0 + self._backoff.spread(delay) / max(1, delay)
        for left in range(delay, -1, -1):
            self._tell(
                LinkChanged(Link.RECONNECTING, left, self._lost_for, error=info, detail=detail)
            )
            if left == 0:
                return
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._retry.wait(), second)
                return
            self._lost_for += 1

    async def _be_asked(self, *, looks: bool) -> None:
        """``looks``: until somebody has started a backend, too."""
        while not self._retry.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._retry.wait(), self._look_seconds)
                return
            if looks and await asyncio.to_thread(self._is_there):
                return


def _ignore(event: ClientEvent) -> None:
    """Until somebody listens."""
