"""What each message of a client makes happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from velatura_protocol.errors import (
    Interrupted,
    NotFound,
    NotYourJob,
    Unauthorised,
    VelaturaError,
)
from velatura_protocol.messages import (
    Ack,
    BlobGet,
    BlobRef,
    Cancel,
    Done,
    Error,
    ErrorInfo,
    ExchangeProof,
    ExchangeReady,
    Favourite,
    Forget,
    JobEvent,
    Jobs,
    ListJobs,
    Resume,
    ServerReply,
    Submit,
)
from velatura_protocol.session import (
    BlobFailed,
    BlobKnown,
    BlobOpened,
    BlobReceived,
    BlobRejected,
    BlobSent,
    ServerEvent,
    ServerSession,
)

from ..background_tasks import BackgroundTasks
from ..jobs.ledger import Listener, LiveJob
from ..jobs.previews import PreviewSlots
from ..jobs.states import match_blobs
from ..journal.history import Caller
from ..services import Services
from .downloads import Downloads
from .exchange import ExchangeFolder
from .fitting import fitting
from .model_requests import ModelRequest, ModelRequests
from .outbox import EventOutbox
from .uploads import Uploads

Work = Coroutine[Any, Any, None]
Start = Callable[[], Work]

_MOST_UNDECIDED = 4


class Requests:
    """One welcome client's. ``pump`` is called when there is something to send."""

    def __init__(
        self,
        services: Services,
        session: ServerSession,
        caller: Caller,
        exchange: ExchangeFolder | None,
        outbox: EventOutbox,
        listener: Listener,
        pump: Callable[[], None],
    ) -> None:
        self._services = services
        self._session = session
        self._caller = caller
        self._exchange = exchange
        self._outbox = outbox
        self._listener = listener
        self._pump = pump
        self._uploads = Uploads(services.ground, session, caller, exchange, pump)
        self._downloads = Downloads(session, exchange)
        self._models = ModelRequests(services.models, partial(_send, session, pump))
        self._submissions = BackgroundTasks()
        self._decided: dict[str, asyncio.Event] = {}
        self._acks: dict[str, int] = {}
        self._arrival = services.ledger.listen(caller.client, listener)

    def handle(self, event: ServerEvent) -> Work | None:
        """Does what can be done at once; what has to wait is returned, to be run as a task."""
        match event:
            case Submit():
                self._begin_submission(event)
            case Cancel():
                return self._answered(event.t, partial(self._cancel, event.job), job=event.job)
            case Resume():
                return self.replay(event.job, event.after_seq, about=event.t)
            case Ack():
                return self._answered(event.t, partial(self._acknowledge, event), job=event.job)
            case BlobGet():
                return self._answered(event.t, partial(self._send_blob, event.digest))
            case ExchangeProof():
                self._prove(event)
            case ListJobs():
                return self._answered(event.t, partial(self._list, event), request=event.request)
            case Favourite():
                work = partial(self._set_favourite, event)
                return self._answered(event.t, work, job=event.job, request=event.request)
            case Forget():
                return self._answered(event.t, partial(self._forget, event), request=event.request)
            case _ if isinstance(event, ModelRequest):
                work = partial(self._models.carry_out, event)
                return self._answered(event.t, work, request=event.request)
            case BlobOpened():
                return self._uploads.opened(event.header)
            case BlobReceived():
                self._uploads.received(event.header, event.digest)
            case BlobFailed():
                self._uploads.failed(event)
            case BlobSent() | BlobKnown() | BlobRejected():
                self._downloads.done(event)
            case _:
                pass
        return None

    def send_preview(self, slots: PreviewSlots) -> bool:
        return self._downloads.send_preview(slots)

    @property
    def is_behind(self) -> bool:
        """Jobs that are not decided on, or pixels that are not on the disk, are many by now."""
        return len(self._decided) >= _MOST_UNDECIDED or self._uploads.is_behind

    def drop_preview(self, job: str) -> None:
        self._downloads.drop_preview(job)

    async def close(self) -> None:
        """The connection is over: jobs whose inputs have not all come are given up."""
        await self._submissions.dismiss()
        self._downloads.close()
        await self._uploads.close()

    # -- jobs --------------------------------------------------------------------------------------

    def _begin_submission(self, message: Submit) -> None:
        # From here on nothing of the job is sent before it is clear what is to be replayed.
        replay = self._outbox.begin_replay(message.job)
        self._decided[message.job] = asyncio.Event()
        work = self._answered(message.t, partial(self._submit, message, replay), job=message.job)
        blobs = frozenset(each.blob for each in message.task.inputs)
        self._uploads.name(blobs)
        self._submissions.spawn(work).add_done_callback(lambda _: self._uploads.unname(blobs))

    async def _submit(self, message: Submit, replay: int) -> None:
        live: LiveJob | None = None
        events: tuple[JobEvent, ...] = ()
        try:
            if await self._is_known(message.job):
                events = await self._services.ledger.replay(message.job, 0)
            else:
                live = self._services.dispatcher.begin(self._caller.client, message)
                live.upload, live.arrival = asyncio.current_task(), self._arrival
        finally:
            self._outbox.finish_replay(message.job, replay, events)
            if (decided := self._decided.pop(message.job, None)) is not None:
                decided.set()
            self._pump()
        if live is not None:
            await self._complete(live)

    async def _is_known(self, job: str) -> bool:
        """Whether the job was submitted before, with all its inputs."""
        owner = self._services.ledger.owner_of_overtaken(job)
        if owner is not None:
            self._caller.check(owner)
            return True
        if self._services.ledger.live(job) is None and await self._is_recorded(job):
            return True
        live = self._services.ledger.live(job)
        if live is None:
            return False
        self._caller.check(live.owner)
        if live.upload is None or live.arrival >= self._arrival:
            return True
        # The older connection, by which it came first, is gone, or about to be noticed as gone. It
        # never takes the job back: two that live would each give up the other's inputs in turn.
        live.upload.cancel()
        self._services.dispatcher.abandon(live)
        return False

    async def _is_recorded(self, job: str) -> bool:
        try:
            await self._services.history.row(self._caller, job)
        except NotFound:
            return False
        return True

    async def _find_live(self, job: str) -> LiveJob | None:
        """The job if it has not ended; sees also what is being submitted at this moment."""
        ledger = self._services.ledger
        if ledger.live(job) is None:
            # Behind every look for a job that was begun before.
            await self._services.journal.look(lambda journal: None)
        return ledger.live(job)

    async def _complete(self, live: LiveJob) -> None:
        """Waits for the inputs, however long they take, and lets the job go its way."""
        task = live.submit.task
        names = dict.fromkeys(each.blob for each in task.inputs)
        blobs: dict[str, BlobRef] = {}
        try:
            for name in names:
                blobs[name] = await self._uploads.wait_for(name)
            inputs = match_blobs(task, blobs.get)
        except BaseException:
            if self._services.ledger.live(live.job) is live:
                self._services.dispatcher.abandon(live)
            self._uploads.settle(names, blobs.values())
            raise
        try:
            await self._services.dispatcher.accept(live, inputs)
        finally:
            self._uploads.settle(names, blobs.values())

    async def _cancel(self, job: str) -> None:
        if (decided := self._decided.get(job)) is not None:
            await decided.wait()
        live = await self._find_live(job)
        if live is None:
            await self._services.history.row(self._caller, job)
            return
        self._caller.check(live.owner)
        self._services.dispatcher.cancel(live)

    def replay(self, job: str, after_seq: int, *, about: str) -> Work:
        """Holds the job's events from now on; awaited, sends the replay and then those."""
        number = self._outbox.begin_replay(job)
        return self._answered(about, partial(self._replay, job, after_seq, number), job=job)

    async def _replay(self, job: str, after_seq: int, number: int) -> None:
        events: tuple[JobEvent, ...] = ()
        try:
            live = self._services.ledger.live(job)
            if live is None:
                await self._services.history.row(self._caller, job)
            else:
                self._caller.check(live.owner)
            self._services.ledger.follow(job, self._listener)
            events = await self._services.ledger.replay(job, after_seq)
        finally:
            self._outbox.finish_replay(job, number, events)

    async def _acknowledge(self, message: Ack) -> None:
        """Acks that come in while one is written share the next write."""
        is_first = not self._acks
        self._acks[message.job] = max(message.seq, self._acks.get(message.job, 0))
        if is_first:
            await asyncio.sleep(0)
            acks, self._acks = self._acks, {}
            for job in await self._services.history.acknowledge(self._caller, acks):
                self._send(Error(message.t, ErrorInfo.of(NotYourJob()), job))

    # -- blobs -------------------------------------------------------------------------------------

    async def _send_blob(self, digest: str) -> None:
        store, history = self._services.ground.store, self._services.history
        try:
            blob = await history.blob(self._caller, digest)
        except Interrupted as error:
            # The client knows by the digest which of its results it waits for in vain.
            raise NotFound(what="blob", id=digest) from error
        if not await history.take(digest):
            raise NotFound(what="blob", id=digest)
        if self._session.is_closed:
            await history.let_go((digest,))
            return
        self._downloads.send(blob, store.path(digest), lambda: self._let_go(digest))
        self._pump()

    def _let_go(self, digest: str) -> None:
        self._services.history.let_go_soon((digest,))

    def _prove(self, message: ExchangeProof) -> None:
        if self._exchange is not None and self._exchange.is_proof(message.nonce):
            self._send(ExchangeReady())
        else:
            self._session.send_error(message.t, Unauthorised())

    # -- history -----------------------------------------------------------------------------------

    async def _list(self, message: ListJobs) -> None:
        self._check_everyone(everyone=message.everyone)
        jobs = await self._services.history.list_jobs(
            self._caller,
            message.document_key,
            message.limit,
            everyone=message.everyone,
            before=message.before,
        )
        self._send(Jobs(message.request, fitting(jobs, self._services.limits.message_bytes)))

    async def _set_favourite(self, message: Favourite) -> None:
        history = self._services.history
        await history.set_favourite(self._caller, message.job, favourite=message.favourite)
        self._send(Done(message.request, 1))

    async def _forget(self, message: Forget) -> None:
        self._check_everyone(everyone=message.everyone)
        history = self._services.history
        count = await history.forget(self._caller, message.jobs, everyone=message.everyone)
        self._send(Done(message.request, count))

    def _check_everyone(self, *, everyone: bool) -> None:
        if everyone and not self._caller.owns_all:
            raise Unauthorised

    def _send(self, message: ServerReply) -> None:
        _send(self._session, self._pump, message)

    async def _answered(self, about: str, work: Start, *, job: str = "", request: int = 0) -> None:
        try:
            await work()
        except VelaturaError as error:
            self._send(Error(about, ErrorInfo.of(error), job, request))


def _send(session: ServerSession, pump: Callable[[], None], message: ServerReply) -> None:
    if not session.is_closed:
        session.send(message)
        pump()
