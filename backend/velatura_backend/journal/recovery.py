"""What a start makes of what the last life of the backend left."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from velatura_protocol.errors import DiskFull, Interrupted, VelaturaError
from velatura_protocol.events import JobState
from velatura_protocol.messages import (
    BlobRef,
    ErrorInfo,
    Failed,
    Finished,
    Result,
    Submit,
    VariationFailed,
)

from ..jobs.dispatcher import Dispatcher
from ..jobs.ledger import Ledger
from ..jobs.states import Checker
from .blobstore import BlobStore
from .journal import Journal
from .kept_messages import LastingEvent, pack, unpack_event, unpack_submit
from .records import NO_CHANGE, Change, JobRow, Purpose, StoredEvent
from .thread import JournalThread

_log = logging.getLogger("velatura.recovery")

_INTERRUPTED = ErrorInfo.of(Interrupted())


@dataclass(frozen=True)
class Recovery:
    """Queued jobs are queued again; running ones, and queued ones that can no longer run, end."""

    journal: JournalThread
    store: BlobStore
    ledger: Ledger
    dispatcher: Dispatcher
    checker: Checker
    wall_clock: Callable[[], float]

    async def carry_out(self) -> None:
        rows = await self.journal.run(self._sweep)
        for row in rows:
            if row.state is JobState.RUNNING or not await self._queue_again(row):
                await self._end(row)
        if rows:
            _log.info("%d jobs had not ended", len(rows))

    def _sweep(self, journal: Journal) -> tuple[JobRow, ...]:
        self.store.sweep(journal.used_digests())
        return journal.unended()

    async def _queue_again(self, row: JobRow) -> bool:
        uses = await self.journal.run(lambda journal: journal.uses(row.job))
        inputs = tuple(use.blob for use in uses if use.purpose is Purpose.INPUT)
        try:
            submit = unpack_submit(row.submit)
            spec = self.checker.resolve(submit.task)
            self._check_present(inputs)
            self.dispatcher.restore(self.ledger.restore(row, submit, spec), inputs)
        except VelaturaError:
            _log.exception("job %s cannot be queued again", row.job)
            return False
        return True

    def _check_present(self, inputs: tuple[BlobRef, ...]) -> None:
        for blob in inputs:
            self.store.path(blob.digest)

    async def _end(self, row: JobRow) -> None:
        """With a good variation the job is finished, and only the others were interrupted."""
        seq = self.ledger.first_seq(row)
        *failures, end = await self.journal.run(lambda journal: _words_of(journal, row, seq))
        assert isinstance(end, Finished | Failed)
        change = Change(state=_END_STATES[type(end)], ended=self.wall_clock())
        try:
            for event in failures:
                await self._append(row.job, event, NO_CHANGE)
            await self._append(row.job, end, change)
        except DiskFull:
            # A backend that did not start for this could not be asked to make room either.
            self.ledger.owe(row.job, end, change)

    async def _append(self, job: str, event: LastingEvent, change: Change) -> None:
        stored = StoredEvent(event.seq, pack(event))
        await self.journal.run(lambda journal: journal.append(job, stored, change))


_END_STATES: dict[type[object], JobState] = {
    Finished: JobState.FINISHED,
    Failed: JobState.FAILED,
}


def _words_of(journal: Journal, row: JobRow, seq: int) -> list[LastingEvent]:
    try:
        return _last_words(journal, row, seq)
    except VelaturaError:
        _log.exception("what job %s lacks cannot be told", row.job)
        return [Finished(row.job, seq)]


def _last_words(journal: Journal, row: JobRow, seq: int) -> list[LastingEvent]:
    if not row.good:
        return [Failed(row.job, seq, _INTERRUPTED)]
    events = [unpack_event(each.message) for each in journal.events(row.job, 0)]
    done = {each.variation.index for each in events if isinstance(each, Result)}
    done |= {each.index for each in events if isinstance(each, VariationFailed)}
    submit: Submit = unpack_submit(row.submit)
    missing = [n for n in range(submit.task.variations) if n not in done]
    words: list[LastingEvent] = [
        VariationFailed(row.job, seq + n, index, _INTERRUPTED) for n, index in enumerate(missing)
    ]
    return [*words, Finished(row.job, seq + len(missing))]
