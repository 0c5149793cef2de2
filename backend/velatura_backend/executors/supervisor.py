"""Keeps one worker process alive and passes orders through it, one at a time.

Its promises: every order ends exactly once, whatever dies or hangs underneath; a cancel is honoured
within the grace period even by an engine that ignores it; an order that kills its worker is not
tried again, one whose worker was killed from outside is, once; nothing here blocks the event loop.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from velatura_protocol.errors import OutOfMemory, VelaturaError, WorkerLost
from velatura_protocol.events import Phase

from .backoff import Backoff
from .base import WorkEvent, WorkOrder, WorkProgress, WorkStarted
from .deaths import Blame, blame, out_of_memory_kills
from .devices import CPU_ID, describe_cpu
from .hang_detection import Hang
from .leftovers import remove_leftovers
from .order_run import OrderRun, serials
from .pipe import FromWorker, LogLine, OrderEvent, Pulse, WorkerReady, WorkerSettings
from .worker_handle import WorkerCallbacks, WorkerHandle
from .worker_monitor import Duty, WorkerMonitor

_log = logging.getLogger("velatura.executor")

GRACE_SECONDS = 2.0
MAX_ATTEMPTS = 2
UNKILLABLE_SECONDS = 10.0
"""A process that waits inside a driver which hangs outlives even SIGKILL."""
_MAX_FAILED_STARTS = 3


class Supervisor:
    """``on_change`` is called on the event loop when the device comes up or goes away."""

    def __init__(self, settings: WorkerSettings, on_change: Callable[[], None]) -> None:
        self._settings = settings
        self._on_change = on_change
        self._turn = asyncio.Lock()
        self._worker: WorkerHandle | None = None
        self._starting: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._respawn: asyncio.TimerHandle | None = None
        self._abandoning: asyncio.TimerHandle | None = None
        self._backoff = Backoff()
        self._worker_monitor = WorkerMonitor(settings.patience, self._duty, self._on_hang)
        self._run: OrderRun | None = None
        self._waiting: list[OrderRun] = []
        self._serials = serials()
        self._serial = 0
        self._attempts = 0
        self._failed_starts = 0
        self._has_begun = False
        self._memory_kills = 0
        self._closed = False
        self.device = describe_cpu(ready=False)
        self.warm_engines: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    def start(self) -> None:
        """Begins to bring the worker up."""
        if self._respawn is not None:
            self._respawn.cancel()
            self._respawn = None
        if self._worker is None and not self._closed:
            self._worker_monitor.stop()
            self._worker_monitor = WorkerMonitor(self._settings.patience, self._duty, self._on_hang)
            self._worker_monitor.watch()
            self._worker = WorkerHandle(
                self._settings, WorkerCallbacks(self._on_message, self._on_lost)
            )
            self._starting = asyncio.create_task(self._spawn(self._worker))

    async def _spawn(self, worker: WorkerHandle) -> None:
        try:
            await worker.start()
        except OSError:
            _log.exception("a worker process could not be spawned")
            self._on_lost(worker, 0)

    # -- orders ------------------------------------------------------------------------------------

    async def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        run = OrderRun(order)
        self._waiting.append(run)
        async with self._turn:
            self._waiting.remove(run)
            try:
                self._begin(run)
                async for event in run.events():
                    yield event
            finally:
                await self._settle(run)

    def _begin(self, run: OrderRun) -> None:
        if self._closed:
            run.cancel_now()
        if run.ended:
            return
        self._run = run
        self._attempts = 0
        self._failed_starts = 0
        run.deliver(WorkStarted(self.device.id))
        run.deliver(WorkProgress(Phase.LOADING))
        if self._worker and self._worker.ready:
            self._dispatch(self._worker, run)
        else:
            self.start()

    async def _settle(self, run: OrderRun) -> None:
        """A consumer that leaves early cancels; the next order waits until this one has stopped."""
        if not run.ended:
            self.cancel(run.order.job)
            async for _ in run.events():
                pass

    def _dispatch(self, worker: WorkerHandle, run: OrderRun) -> None:
        self._serial = next(self._serials)
        self._attempts += 1
        self._has_begun = False
        self._memory_kills = out_of_memory_kills()
        self._worker_monitor.watch()
        self._sending = asyncio.create_task(worker.send(self._serial, run.order))

    # -- cancelling --------------------------------------------------------------------------------

    def cancel(self, job: str) -> None:
        for run in self._waiting:
            if run.order.job == job:
                run.cancel_now(Phase.QUEUED)
        run = self._run
        if run is None or run.order.job != job or run.cancelled:
            return
        run.cancelled = True
        if self._serial == 0 or self._worker is None:
            self._end(run)
        elif run.phase is Phase.LOADING:
            # Imports and loading poll no flag, and there is nothing yet that would be lost.
            self._stop_worker(self._worker)
        else:
            self._worker.stop_order(self._serial)
            loop = asyncio.get_running_loop()
            self._grace = loop.call_later(GRACE_SECONDS, self._stop_worker, self._worker)

    def _stop_worker(self, worker: WorkerHandle) -> None:
        if worker is self._worker:
            _log.info("terminating worker %s", worker.pid)
            self._terminate(worker)

    def _terminate(self, worker: WorkerHandle) -> None:
        worker.terminate()
        loop = asyncio.get_running_loop()
        self._abandoning = loop.call_later(UNKILLABLE_SECONDS, self._abandon, worker)

    def _abandon(self, worker: WorkerHandle) -> None:
        """It should have been lost long ago; whoever waits for it need not wait any longer."""
        if worker is self._worker:
            _log.error("worker %s cannot be ended; it is left behind", worker.pid)
            self._on_lost(worker, -int(getattr(signal, "SIGKILL", 9)))

    def _end(self, run: OrderRun) -> None:
        """Closes the books on the current order; ends it as cancelled unless it has ended."""
        if not run.ended:
            run.cancel_now()
        if self._grace:
            self._grace.cancel()
            self._grace = None
        self._run = None
        self._serial = 0

    # -- what the worker says ----------------------------------------------------------------------

    def _on_message(self, worker: WorkerHandle, message: FromWorker) -> None:
        if worker is not self._worker:
            return
        self._worker_monitor.heard(works=message.works if isinstance(message, Pulse) else True)
        if isinstance(message, Pulse):
            return
        if isinstance(message, WorkerReady):
            self._on_ready(worker, message)
        elif isinstance(message, LogLine):
            _log.log(message.level, "worker %s: %s", worker.pid, message.text)
        else:
            self._on_event(message)

    def _on_ready(self, worker: WorkerHandle, message: WorkerReady) -> None:
        worker.ready = True
        self._failed_starts = 0
        self.device = message.device
        self.warm_engines = message.warm_engines
        self._on_change()
        if self._run:
            self._dispatch(worker, self._run)

    def _on_event(self, message: OrderEvent) -> None:
        run = self._run
        if run is None or message.serial != self._serial:
            return
        self._has_begun = True
        run.deliver(message.event)
        if run.ended:
            self._backoff.went_well()
            self._end(run)

    # -- its silence -------------------------------------------------------------------------------

    def _duty(self) -> Duty | None:
        worker = self._worker
        if worker is None or (worker.ready and not self._serial):
            return None
        # It says at once that it has begun; only then may loading keep it from saying more.
        loads = self._has_begun and self._run is not None and self._run.phase is Phase.LOADING
        return Duty(worker.ready, loading=loads or not worker.ready)

    def _on_hang(self, hang: Hang) -> None:
        worker = self._worker
        if worker is not None:
            _log.error("worker %s hangs (%s)", worker.pid, hang.value)
            worker.hang = hang
            self._terminate(worker)

    # -- its death ---------------------------------------------------------------------------------

    def _on_lost(self, worker: WorkerHandle, exit_code: int) -> None:
        if worker is not self._worker:
            return
        self._worker = None
        self.device = describe_cpu(ready=False)
        self.warm_engines = ()
        if self._closed:
            return
        _log.warning("worker %s ended with exit code %d", worker.pid, exit_code)
        if not worker.ready:
            # Who waited for a start that hung has waited long enough.
            self._failed_starts = _MAX_FAILED_STARTS if worker.hang else self._failed_starts + 1
        self._on_change()
        run = self._run
        was_cancelled = run is not None and run.cancelled
        if run:
            self._after_loss(run, worker, exit_code)
        if self._failed_starts < _MAX_FAILED_STARTS:
            self._start_again(at_once=was_cancelled)

    def _start_again(self, *, at_once: bool) -> None:
        wait = 0.0 if at_once else self._backoff.lost(awaited=self._run is not None)
        if wait:
            self._respawn = asyncio.get_running_loop().call_later(wait, self.start)
        else:
            self.start()

    def _after_loss(self, run: OrderRun, worker: WorkerHandle, exit_code: int) -> None:
        """Ends the order or readies it for its one retry."""
        whose = blame(exit_code, worker.hang, out_of_memory_kills() - self._memory_kills)
        is_its_own = bool(self._serial) and self._has_begun and whose is not Blame.OUTSIDE
        if self._serial:
            remove_leftovers(run.order.output, worker.pid, run.announced)
        self._serial = 0
        spent = self._attempts >= MAX_ATTEMPTS or self._failed_starts >= _MAX_FAILED_STARTS
        if run.cancelled:
            self._end(run)
        elif run.has_result or spent or is_its_own:
            run.fail(_error_of(whose, exit_code))
            self._end(run)
        else:
            run.deliver(WorkProgress(Phase.LOADING))

    async def close(self) -> None:
        self._closed = True
        self._worker_monitor.stop()
        for timer in (self._respawn, self._abandoning):
            if timer is not None:
                timer.cancel()
        for run in [*self._waiting]:
            run.cancel_now(Phase.QUEUED)
        if self._run:
            self._end(self._run)
        if self._starting:
            await self._starting
        worker, self._worker = self._worker, None
        if worker:
            worker.terminate()
            await worker.join(UNKILLABLE_SECONDS)
        if self._sending:
            with suppress(asyncio.CancelledError):
                await self._sending


def _error_of(whose: Blame, exit_code: int) -> VelaturaError:
    if whose is Blame.MEMORY:
        return OutOfMemory(device=CPU_ID)
    return WorkerLost(exit_code=exit_code)
