"""Keeps one worker process alive and passes orders through it, one at a time.

Its promises: every order ends exactly once, whatever dies underneath; a cancel is honoured within
the grace period even by an engine that ignores it; an order that kills its worker does so at most
twice; nothing here blocks the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

from velatura_protocol.errors import WorkerLost
from velatura_protocol.events import Phase

from .base import WorkEvent, WorkOrder, WorkProgress, WorkStarted
from .devices import describe_cpu
from .leftovers import remove_leftovers
from .order_run import OrderRun, serials
from .pipe import FromWorker, LogLine, OrderEvent, WorkerReady, WorkerSettings
from .worker_handle import WorkerCallbacks, WorkerHandle

_log = logging.getLogger("velatura.executor")

GRACE_SECONDS = 2.0
MAX_ATTEMPTS = 2
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
        self._run: OrderRun | None = None
        self._waiting: list[OrderRun] = []
        self._serials = serials()
        self._serial = 0
        self._attempts = 0
        self._failed_starts = 0
        self._closed = False
        self.device = describe_cpu(ready=False)
        self.warm_engines: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        return self._worker.pid if self._worker else None

    def start(self) -> None:
        """Begins to bring the worker up."""
        if self._worker is None and not self._closed:
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
            worker.terminate()

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
        run.deliver(message.event)
        if run.ended:
            self._end(run)

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
            self._failed_starts += 1
        self._on_change()
        run = self._run
        if run:
            self._after_loss(run, worker, exit_code)
        if self._failed_starts < _MAX_FAILED_STARTS:
            self.start()

    def _after_loss(self, run: OrderRun, worker: WorkerHandle, exit_code: int) -> None:
        """Ends the order or readies it for its one retry."""
        if self._serial:
            remove_leftovers(run.order.output, worker.pid, run.announced)
        self._serial = 0
        spent = self._attempts >= MAX_ATTEMPTS or self._failed_starts >= _MAX_FAILED_STARTS
        if run.cancelled:
            self._end(run)
        elif run.has_result or spent:
            run.fail(WorkerLost(exit_code=exit_code))
            self._end(run)
        else:
            run.deliver(WorkProgress(Phase.LOADING))

    async def close(self) -> None:
        self._closed = True
        for run in [*self._waiting]:
            run.cancel_now(Phase.QUEUED)
        if self._run:
            self._end(self._run)
        if self._starting:
            await self._starting
        worker, self._worker = self._worker, None
        if worker:
            worker.terminate()
            await worker.join()
        if self._sending:
            with suppress(asyncio.CancelledError):
                await self._sending
