"""Takes one order through the executor and tells its job's story."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from velatura_protocol.errors import DiskFull, EngineError, Interrupted, NotFound, VelaturaError
from velatura_protocol.events import JobState, Phase
from velatura_protocol.messages import (
    BlobRef,
    CancelledJob,
    ErrorInfo,
    Failed,
    Finished,
    Progress,
    Result,
    Started,
    Variation,
    VariationFailed,
)

from ..disk import is_full
from ..executors.base import (
    Executor,
    OrderInput,
    StoredBlob,
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkPreview,
    WorkProgress,
    WorkResult,
    WorkStarted,
    WorkVariationFailed,
)
from ..journal.blobstore import BlobStore
from ..journal.kept_messages import EndEvent
from ..journal.records import BlobUse, Change, Purpose
from .ledger import Ledger, LiveJob

_log = logging.getLogger("velatura.runner")

# Before that an estimate says more about the loading than about the work.
_ETA_FROM = 0.05

# A start is told without waiting for the disk; a job that takes longer than this is not to be run
# again after a power cut that may have been its own doing.
_DURABLE_AFTER = 0.5

# More than any variation has; keeps the blobs of one apart from those of the next.
_MOST_BLOBS = 1_000_000


@dataclass(frozen=True)
class Shop:
    """What every run needs. ``clock`` is monotonic, ``wall_clock`` Unix time, both in seconds."""

    ledger: Ledger
    store: BlobStore
    executor: Executor
    clock: Callable[[], float]
    wall_clock: Callable[[], float]


End = WorkFinished | WorkFailed | WorkCancelled


@dataclass
class _Tally:
    """Which variations are done with, and how the last bad one went wrong."""

    good: set[int] = field(default_factory=set[int])
    bad: dict[int, ErrorInfo] = field(default_factory=dict[int, ErrorInfo])

    def missing(self, wanted: int) -> list[int]:
        return [n for n in range(wanted) if n not in self.good and n not in self.bad]


class Run:
    """One job's time on a device."""

    def __init__(self, shop: Shop, live: LiveJob) -> None:
        self._shop = shop
        self._live = live
        self._tally = _Tally()
        self._began = shop.clock()

    async def carry_out(self, inputs: tuple[BlobRef, ...]) -> End:
        """Returns when the job has ended, and how its order did."""
        durable = asyncio.create_task(self._make_start_durable())
        try:
            end = await self._work(inputs)
        finally:
            durable.cancel()
        await self._conclude(end)
        return end

    async def _make_start_durable(self) -> None:
        await asyncio.sleep(_DURABLE_AFTER)
        await self._shop.ledger.make_durable()

    async def _work(self, inputs: tuple[BlobRef, ...]) -> End:
        try:
            # It makes a folder, and waits for the disk where that is being flushed.
            order = await asyncio.to_thread(self._order, inputs)
        except Exception as error:
            return self._trouble(error)
        try:
            if self._live.cancel_wanted:
                # The executor was asked to while it did not know the job yet.
                return WorkCancelled(Phase.QUEUED)
            return await self._follow(order)
        except Exception as error:
            return self._trouble(error)
        finally:
            await asyncio.to_thread(shutil.rmtree, order.output, ignore_errors=True)

    async def _follow(self, order: WorkOrder) -> End:
        """Hears the executor out, even when the job is lost here: its worker is free only then."""
        end: End | None = None
        async for event in self._shop.executor.run(order):
            if isinstance(event, WorkFinished | WorkFailed | WorkCancelled):
                end = end or event
            elif end is None:
                try:
                    await self._handle(event)
                except Exception as error:
                    end = self._trouble(error)
                    self._shop.executor.cancel(order.job)
        return end or WorkFailed(self._unexpected("NoEnd"))

    def _trouble(self, error: Exception) -> WorkFailed:
        _log.error("job %s", self._live.job, exc_info=error)
        if isinstance(error, VelaturaError):
            return WorkFailed(ErrorInfo.of(error))
        if is_full(error):
            return WorkFailed(ErrorInfo.of(DiskFull()))
        return WorkFailed(self._unexpected(type(error).__name__))

    def _order(self, inputs: tuple[BlobRef, ...]) -> WorkOrder:
        task = self._live.submit.task
        created = datetime.fromtimestamp(self._shop.wall_clock(), UTC)
        return WorkOrder(
            job=self._live.job,
            task=task,
            engine=self._live.spec,
            inputs=tuple(
                OrderInput(each, self._stored(blob))
                for each, blob in zip(task.inputs, inputs, strict=True)
            ),
            output=self._shop.store.new_work_folder(),
            created=created.isoformat(timespec="seconds").replace("+00:00", "Z"),
        )

    def _stored(self, blob: BlobRef) -> StoredBlob:
        return StoredBlob(self._shop.store.path(blob.digest), blob.size, blob.format, blob.digest)

    # -- along the way -----------------------------------------------------------------------------

    async def _handle(self, event: WorkEvent) -> None:
        match event:
            case WorkStarted():
                await self._started(event)
            case WorkProgress():
                self._progress(event)
            case WorkPreview():
                self._shop.ledger.show(self._live, event)
            case WorkResult():
                await self._result(event)
            case WorkVariationFailed():
                await self._variation_failed(event.index, event.error)
            case _:
                raise AssertionError(event)

    async def _started(self, event: WorkStarted) -> None:
        live = self._live
        self._began = self._shop.clock()
        live.phase = Phase.LOADING
        started = Started(live.job, live.next_seq(), self._live.spec.id, event.device)
        await self._shop.ledger.record(live, started, Change(state=JobState.RUNNING))

    def _progress(self, event: WorkProgress) -> None:
        live = self._live
        progress = Progress(
            job=live.job,
            seq=live.next_seq(),
            phase=event.phase,
            fraction=event.fraction,
            variation=event.variation,
            step=event.step,
            steps=event.steps,
            eta=self._eta(event.fraction),
        )
        self._shop.ledger.pass_on(live, progress)

    def _eta(self, fraction: float | None) -> float | None:
        if fraction is None or not _ETA_FROM <= fraction <= 1.0:
            return None
        return (self._shop.clock() - self._began) * (1.0 - fraction) / fraction

    async def _result(self, event: WorkResult) -> None:
        variation = event.variation
        if variation.index in self._tally.good:
            # A second attempt after a lost worker makes again what the first had delivered.
            return
        try:
            taken = await asyncio.to_thread(self._adopt, event)
        except (DiskFull, NotFound) as error:
            _log.exception("result %d of job %s", variation.index, self._live.job)
            await self._variation_failed(variation.index, ErrorInfo.of(error))
            return
        live = self._live
        change = Change(uses=_uses(variation), good=1)
        try:
            await self._shop.ledger.record(
                live, Result(live.job, live.next_seq(), variation), change
            )
            self._tally.good.add(variation.index)
        except DiskFull as error:
            await self._variation_failed(variation.index, ErrorInfo.of(error))
        finally:
            self._release(taken)

    def _adopt(self, event: WorkResult) -> list[str]:
        """Moves the result's files into the store; they stay taken until the journal holds them."""
        taken: list[str] = []
        try:
            for blob in {each.digest: each for each in event.blobs}.values():
                self._shop.store.adopt(blob.path, blob.digest)
                taken.append(blob.digest)
            missing = {use.blob.digest for use in _uses(event.variation)} - set(taken)
            if missing:
                raise NotFound(what="blob", id=min(missing))
            self._shop.store.flush()
        except BaseException:
            self._release(taken)
            raise
        return taken

    def _release(self, digests: list[str]) -> None:
        for digest in digests:
            self._shop.store.release(digest)

    async def _variation_failed(self, index: int, error: ErrorInfo) -> None:
        self._tally.bad[index] = error
        live = self._live
        failed = VariationFailed(live.job, live.next_seq(), index, error)
        try:
            await self._shop.ledger.record(live, failed)
        except (DiskFull, Interrupted):
            _log.warning("a failed variation of job %s could not be recorded", live.job)

    # -- the end -----------------------------------------------------------------------------------

    async def _conclude(self, end: End) -> None:
        if isinstance(end, WorkFailed) and self._tally.good:
            for index in self._tally.missing(self._live.submit.task.variations):
                await self._variation_failed(index, end.error)
            end = WorkFinished()
        await self._shop.ledger.end(self._live, self._last_event(end))

    def _last_event(self, end: End) -> EndEvent:
        live = self._live
        match end:
            case WorkCancelled():
                return CancelledJob(live.job, live.next_seq(), end.phase)
            case WorkFailed():
                return Failed(live.job, live.next_seq(), end.error)
            case WorkFinished() if self._tally.good:
                return Finished(live.job, live.next_seq(), end.metrics)
            case WorkFinished():
                errors = [*self._tally.bad.values(), self._unexpected("NoResult")]
                return Failed(live.job, live.next_seq(), errors[0])

    def _unexpected(self, kind: str) -> ErrorInfo:
        return ErrorInfo.of(EngineError(engine=self._live.spec.id, kind=kind))


def _uses(variation: Variation) -> tuple[BlobUse, ...]:
    """The blobs of a variation, at positions no other variation of the job has."""
    blobs: list[BlobRef] = []
    for layer in variation.layers:
        for patch in layer.patches:
            blobs.append(patch.pixels)
            if patch.mask is not None:
                blobs.append(patch.mask)
    first = variation.index * _MOST_BLOBS
    uses = [BlobUse(Purpose.RESULT, first + n, blob) for n, blob in enumerate(blobs)]
    if variation.thumbnail is not None:
        uses.append(BlobUse(Purpose.THUMBNAIL, variation.index, variation.thumbnail))
    return tuple(uses)
