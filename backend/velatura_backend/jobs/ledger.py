"""Numbers every event of a job, makes the lasting ones durable, and tells whoever listens.

A job's events come from one place at a time: from its submission until it is queued, from the
queue until it runs, from its run until it has ended. So they need no lock to be in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import DiskFull, Interrupted
from velatura_protocol.events import JobState, Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    Failed,
    Finished,
    JobEvent,
    Progress,
    Queued,
    Submit,
)

from ..executors.base import WorkPreview
from ..journal.journal import Journal
from ..journal.kept_messages import EndEvent, LastingEvent, pack, unpack_event
from ..journal.records import NO_CHANGE, BlobUse, Change, JobRow, NewJob, StoredEvent
from ..journal.thread import JournalThread
from .previews import SharedPreview
from .states import may_follow

_log = logging.getLogger("velatura.ledger")

# Events that nobody keeps also take numbers; after a restart the numbers go on beyond any of them.
_EPOCH_BITS = 32

_MOST_OVERTAKEN = 1024

PassingEvent = Queued | Progress

_END_STATES: dict[type[object], JobState] = {
    Finished: JobState.FINISHED,
    Failed: JobState.FAILED,
    CancelledJob: JobState.CANCELLED,
}


class Listener(Protocol):
    """Hears the events of jobs. Both return at once and never raise."""

    def tell(self, event: JobEvent) -> None: ...

    def offer(self, preview: SharedPreview) -> None: ...


@dataclass
class LiveJob:
    """A job that has not ended. ``upload`` waits for its inputs; cancelling that is safe, whereas
    what comes after it runs to its end. ``arrival``: of the connection they come by."""

    submit: Submit
    owner: str
    spec: EngineSpec
    seq: int = 0
    state: JobState = JobState.QUEUED
    phase: Phase = Phase.UPLOADING
    cancel_wanted: bool = False
    progress: Progress | None = None
    upload: asyncio.Task[None] | None = None
    arrival: int = 0

    @property
    def job(self) -> str:
        return self.submit.job

    def next_seq(self) -> int:
        self.seq += 1
        return self.seq


@dataclass(frozen=True)
class _OwedEnd:
    """The end of a job that has been told and is not in the journal yet."""

    event: EndEvent
    change: Change


@dataclass(frozen=True)
class _Overtaken:
    owner: str
    event: CancelledJob


class Ledger:
    """``wall_clock`` is Unix time in seconds."""

    def __init__(self, journal: JournalThread, wall_clock: Callable[[], float]) -> None:
        self._journal = journal
        self._wall_clock = wall_clock
        self._live: dict[str, LiveJob] = {}
        self._owed: dict[str, _OwedEnd] = {}
        self._overtaken: dict[str, _Overtaken] = {}
        self._listeners: dict[str, set[Listener]] = {}
        self._followers: dict[str, set[Listener]] = {}
        self._arrivals = 0

    # -- who listens -------------------------------------------------------------------------------

    def listen(self, owner: str, listener: Listener) -> int:
        """From now on ``listener`` hears all jobs of ``owner``. The number of its arrival is higher
        than those of all before it."""
        self._listeners.setdefault(owner, set()).add(listener)
        self._arrivals += 1
        return self._arrivals

    def follow(self, job: str, listener: Listener) -> None:
        """From now on ``listener`` hears this job, whosever it is."""
        self._followers.setdefault(job, set()).add(listener)

    def leave(self, listener: Listener) -> None:
        for groups in (self._listeners, self._followers):
            for key in [key for key, group in groups.items() if listener in group]:
                groups[key].discard(listener)
                if not groups[key]:
                    del groups[key]

    def listeners(self, live: LiveJob) -> frozenset[Listener]:
        mine = self._listeners.get(live.owner, set())
        return frozenset(mine | self._followers.get(live.job, set()))

    # -- jobs that have not ended ------------------------------------------------------------------

    def live(self, job: str) -> LiveJob | None:
        return self._live.get(job)

    @property
    def is_empty(self) -> bool:
        return not self._live

    def begin(self, submit: Submit, owner: str, spec: EngineSpec) -> LiveJob:
        """Knows the job from now on; it is not durable before :meth:`accept`."""
        live = LiveJob(submit, owner, spec)
        self._live[live.job] = live
        return live

    def restore(self, row: JobRow, submit: Submit, spec: EngineSpec) -> LiveJob:
        """A job that an earlier life of the backend accepted."""
        live = self.begin(submit, row.owner, spec)
        live.seq = self.first_seq(row) - 1
        live.state = row.state
        live.phase = Phase.QUEUED
        return live

    def first_seq(self, row: JobRow) -> int:
        """The number of the first event after a restart."""
        return max(row.last_seq, (self._journal.epoch - row.epoch) << _EPOCH_BITS) + 1

    def drop(self, live: LiveJob) -> None:
        """Forgets a job that never became durable."""
        del self._live[live.job]
        # A task that was cancelled keeps its frames, and with them the job.
        live.upload = None
        self._followers.pop(live.job, None)

    def cancel_upload(self, live: LiveJob) -> None:
        """Ends a job that never became durable; nothing of it is kept, so its id is free again."""
        self._tell(live, CancelledJob(live.job, live.next_seq(), Phase.UPLOADING))
        self.drop(live)

    def overtake(self, live: LiveJob) -> None:
        """As :meth:`cancel_upload`, because of a newer live job. Its id is not free: submitted
        again, over another connection, it would be the newest."""
        event = CancelledJob(live.job, live.next_seq(), Phase.UPLOADING)
        self._overtaken[live.job] = _Overtaken(live.owner, event)
        if len(self._overtaken) > _MOST_OVERTAKEN:
            del self._overtaken[next(iter(self._overtaken))]
        self._tell(live, event)
        self.drop(live)

    def owner_of_overtaken(self, job: str) -> str | None:
        """Whose job it was that :meth:`overtake` has ended; None where that is not remembered."""
        gone = self._overtaken.get(job)
        return gone and gone.owner

    # -- events ------------------------------------------------------------------------------------

    async def accept(self, live: LiveJob, uses: tuple[BlobUse, ...], ahead: int) -> None:
        """:raises DiskFull: nothing is recorded, nobody told"""
        task = live.submit.task
        new = NewJob(
            job=live.job,
            owner=live.owner,
            operation=task.operation.value,
            engine=live.spec.id,
            document_key=task.document_key,
            created=self._wall_clock(),
            submit=pack(live.submit),
        )
        event = Accepted(live.job, live.next_seq(), ahead)
        stored = _stored(event)
        await self._journal.run(lambda journal: journal.accept(new, uses, stored), shares=True)
        live.phase = Phase.QUEUED
        self._tell(live, event)

    async def record(self, live: LiveJob, event: LastingEvent, change: Change = NO_CHANGE) -> None:
        """Makes the event durable, then tells it.

        :raises DiskFull: nothing is recorded, nobody told
        """
        stored = _stored(event)
        await self._journal.run(
            lambda journal: journal.append(live.job, stored, change),
            shares=True,
            waits=change.state is not JobState.RUNNING,
        )
        if change.state is not None:
            live.state = change.state
        self._tell(live, event)

    async def make_durable(self) -> None:
        """What was recorded without waiting for the disk outlives a power cut from now on, if
        there is any room left."""
        with contextlib.suppress(DiskFull, Interrupted):
            await self._journal.run(lambda journal: journal.flush(), shares=True)

    async def end(self, live: LiveJob, event: EndEvent) -> None:
        """The job's last event. It is told even if it cannot be recorded, and then owed to the
        journal: see :meth:`settle`. Killed before that, a restart takes the job for interrupted."""
        state = _END_STATES[type(event)]
        assert may_follow(live.state, state), (live.state, state)
        change = Change(state=state, ended=self._wall_clock())
        try:
            await self.record(live, event, change)
        except (DiskFull, Interrupted):
            self.owe(live.job, event, change)
            live.state = state
            self._tell(live, event)
        del self._live[live.job]
        self._followers.pop(live.job, None)
        if self._owed:
            await self.settle()

    def owe(self, job: str, event: EndEvent, change: Change) -> None:
        """The journal could not take the job's end; it is replayed from here until it can."""
        _log.warning("the end of job %s could not be recorded", job)
        self._owed[job] = _OwedEnd(event, change)

    @property
    def owes(self) -> bool:
        return bool(self._owed)

    async def settle(self) -> None:
        """Records the ends that are owed, if that is possible by now."""
        for job, owed in tuple(self._owed.items()):
            try:
                await self._journal.run(
                    lambda journal, job=job, owed=owed: _record_owed(journal, job, owed)
                )
            except (DiskFull, Interrupted):
                return
            self._owed.pop(job, None)

    def pass_on(self, live: LiveJob, event: PassingEvent) -> None:
        """An event that matters only now."""
        if isinstance(event, Progress):
            live.progress = event
            live.phase = event.phase
        self._tell(live, event)

    def show(self, live: LiveJob, preview: WorkPreview) -> None:
        """A preview, for whoever is there now."""
        listeners = self.listeners(live)
        shared = SharedPreview(live.job, preview, len(listeners))
        for listener in listeners:
            listener.offer(shared)

    async def replay(self, job: str, after_seq: int) -> tuple[JobEvent, ...]:
        """What was kept of the job's events, and its newest progress."""
        if (gone := self._overtaken.get(job)) is not None:
            return (gone.event,) if gone.event.seq > after_seq else ()
        stored = await self._journal.run(
            lambda journal: journal.events(job, after_seq), shares=True, waits=False
        )
        events: list[JobEvent] = [unpack_event(each.message) for each in stored]
        owed = self._owed.get(job)
        if owed is not None and owed.event.seq > after_seq:
            return (*(each for each in events if each.seq < owed.event.seq), owed.event)
        live = self._live.get(job)
        if live and live.progress and live.progress.seq > (events[-1].seq if events else after_seq):
            return (*events, live.progress)
        return tuple(events)

    def _tell(self, live: LiveJob, event: JobEvent) -> None:
        for listener in self.listeners(live):
            listener.tell(event)


def _stored(event: LastingEvent) -> StoredEvent:
    return StoredEvent(event.seq, pack(event))


def _record_owed(journal: Journal, job: str, owed: _OwedEnd) -> None:
    row = journal.job(job)
    if row is not None and not row.state.is_end:
        journal.append(job, _stored(owed.event), owed.change)
