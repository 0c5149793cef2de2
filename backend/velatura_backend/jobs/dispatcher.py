"""From a submitted task to its end: accepts jobs, keeps the devices busy, cancels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from velatura_protocol.engines import Device, EngineSpec
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import BlobRef, CancelledJob, Queued, Submit

from ..background_tasks import BackgroundTasks
from ..executors.base import WorkFailed
from ..journal.records import BlobUse, Purpose
from .ledger import LiveJob
from .places import Places
from .runner import Run, Shop
from .scheduler import Entry, Scheduler
from .states import Checker

_log = logging.getLogger("velatura.dispatcher")


class Dispatcher:
    """``on_end`` is called after each job's end."""

    def __init__(
        self, shop: Shop, scheduler: Scheduler, checker: Checker, on_end: Callable[[], None]
    ) -> None:
        self._shop = shop
        self._ledger = shop.ledger
        self._scheduler = scheduler
        self._checker = checker
        self._on_end = on_end
        self._inputs: dict[str, tuple[BlobRef, ...]] = {}
        self._places = Places(scheduler.places, self._tell_place)
        self._wake = {device: asyncio.Event() for device in Device}
        self._background_tasks = BackgroundTasks()

    def start(self) -> None:
        for device in Device:
            self._background_tasks.spawn(self._serve(device))

    async def close(self) -> None:
        """Stops without ending jobs: a restart runs what is queued and ends what was running."""
        await self._background_tasks.dismiss()
        self._places.close()

    @property
    def is_idle(self) -> bool:
        return self._ledger.is_empty

    # -- coming in ---------------------------------------------------------------------------------

    def begin(self, owner: str, submit: Submit) -> LiveJob:
        """Checks what can be checked before the inputs are there, and knows the job from now on.

        :raises BadTask, Unsupported, NotFound, TooLarge, MaskMismatch, LimitExceeded: see
            :class:`~velatura_backend.jobs.states.Checker`
        """
        spec = self._checker.resolve(submit.task)
        self._checker.check(submit.task, spec)
        live = self._ledger.begin(submit, owner, spec)
        try:
            self._scheduler.hold(self._entry(live))
        except BaseException:
            self._ledger.drop(live)
            raise
        for job in self._scheduler.overtaken_by(live.job):
            self._overtake(self._known(job))
        return live

    async def accept(self, live: LiveJob, inputs: tuple[BlobRef, ...]) -> None:
        """Makes the job durable and lets it run. The caller has taken the inputs.

        Runs to its end even if the caller is cancelled.

        :raises DiskFull: the job is unknown again
        """
        live.upload = None
        await asyncio.shield(self._background_tasks.spawn(self._accept(live, inputs)))

    def abandon(self, live: LiveJob) -> None:
        """Its inputs will not come."""
        self._scheduler.remove(live.job)
        self._ledger.drop(live)
        self._tell_places(live)

    def restore(self, live: LiveJob, inputs: tuple[BlobRef, ...]) -> None:
        """Queues again what was queued before a restart."""
        self._scheduler.hold(self._entry(live))
        self._places.know(live.job, self._scheduler.place(live.job))
        self._release(live, inputs)

    async def _accept(self, live: LiveJob, inputs: tuple[BlobRef, ...]) -> None:
        uses = tuple(BlobUse(Purpose.INPUT, n, blob) for n, blob in enumerate(inputs))
        ahead = self._scheduler.place(live.job) if self._scheduler.is_queued(live.job) else 0
        try:
            await self._ledger.accept(live, uses, ahead)
        except BaseException:
            self.abandon(live)
            raise
        self._places.know(live.job, ahead)
        self._release(live, inputs)
        if live.cancel_wanted:
            self.cancel(live)

    def _release(self, live: LiveJob, inputs: tuple[BlobRef, ...]) -> None:
        self._inputs[live.job] = inputs
        replaced = self._scheduler.release(live.job)
        for job in replaced.queued:
            self._background_tasks.spawn(self._end_queued(self._known(job)))
        for job in replaced.running:
            self.cancel(self._known(job))
        self._wake[self._device(live.spec)].set()
        self._tell_places(live)

    # -- cancelling --------------------------------------------------------------------------------

    def cancel(self, live: LiveJob) -> None:
        """Stops the job wherever it is; its end comes as an event."""
        live.cancel_wanted = True
        if live.upload is not None:
            live.upload.cancel()
            self._scheduler.remove(live.job)
            self._ledger.cancel_upload(live)
            self._tell_places(live)
        elif self._scheduler.is_running(live.job):
            self._shop.executor.cancel(live.job)
        elif live.phase is not Phase.UPLOADING and self._scheduler.remove(live.job):
            self._background_tasks.spawn(self._end_queued(live))

    def _overtake(self, live: LiveJob) -> None:
        """Strokes that come faster than the disk takes them end before they cost it anything."""
        if live.upload is not None:
            live.upload.cancel()
            self._scheduler.remove(live.job)
            self._ledger.overtake(live)

    async def _end_queued(self, live: LiveJob) -> None:
        self._forget_place(live)
        self._tell_places(live)
        await self._ledger.end(live, CancelledJob(live.job, live.next_seq(), Phase.QUEUED))
        self._on_end()

    # -- running -----------------------------------------------------------------------------------

    async def _serve(self, device: Device) -> None:
        wake = self._wake[device]
        while True:
            entry = self._scheduler.start_next(device)
            if entry is None:
                wake.clear()
                await wake.wait()
                continue
            await self._run(device, entry.job)

    async def _run(self, device: Device, job: str) -> None:
        live = self._known(job)
        inputs = self._inputs[job]
        self._forget_place(live)
        self._tell_places(live)
        try:
            end = await Run(self._shop, live).carry_out(inputs)
            if isinstance(end, WorkFailed) and end.error.code is ErrorCode.WORKER_LOST:
                self._scheduler.forget_warm(device)
        except Exception:
            _log.exception("job %s was lost", live.job)
        self._scheduler.end(job)
        self._tell_places(live)
        self._on_end()

    # -- places in the queue -----------------------------------------------------------------------

    def _tell_places(self, because: LiveJob) -> None:
        """Another job's coming or going may have changed them."""
        self._places.changed(self._device(because.spec))

    def _tell_place(self, job: str, place: int) -> None:
        live = self._known(job)
        self._ledger.pass_on(live, Queued(job, live.next_seq(), place))

    def _forget_place(self, live: LiveJob) -> None:
        self._places.forget(live.job)
        self._inputs.pop(live.job, None)

    # -- small things ------------------------------------------------------------------------------

    def _known(self, job: str) -> LiveJob:
        live = self._ledger.live(job)
        assert live is not None, job
        return live

    def _device(self, spec: EngineSpec) -> Device:
        return self._shop.executor.device_for(spec)

    def _entry(self, live: LiveJob) -> Entry:
        return Entry(
            job=live.job,
            client=live.owner,
            device=self._device(live.spec),
            engine=live.spec.id,
            priority=live.submit.priority,
            live=live.submit.live,
        )
