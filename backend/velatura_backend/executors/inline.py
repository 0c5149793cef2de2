"""Runs orders in a thread of this process: for tests, which let a crash take all down."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncGenerator

from velatura_protocol.engines import Device, EngineSpec
from velatura_protocol.messages import DeviceInfo

from ..engines.base import CancelToken
from .base import WorkEvent, WorkOrder, WorkStarted
from .devices import describe_cpu, usable_cores
from .order_run import OrderRun, serials
from .worker.flow import Worker, token_over


class InlineExecutor:
    """See :class:`~.base.Executor`. ``threads`` 0 takes every core."""

    def __init__(self, threads: int = 0) -> None:
        self._worker = Worker(threads or usable_cores())
        self._flag = array("q", [0])
        self._turn = asyncio.Lock()
        self._serials = serials()
        self._serial = 0
        self._run: OrderRun | None = None
        self._closed = False
        self._device = describe_cpu(ready=True)

    async def start(self) -> None:
        return

    async def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        run = OrderRun(order)
        async with self._turn:
            self._run, self._serial = run, next(self._serials)
            run.deliver(WorkStarted(self._device.id))
            if self._closed:
                self.cancel(order.job)
            token = token_over(self._flag, self._serial)
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(None, self._work, run, token, loop)
            try:
                async for event in run.events():
                    yield event
            finally:
                self.cancel(order.job)
                await work
                self._run = None

    def _work(self, run: OrderRun, token: CancelToken, loop: asyncio.AbstractEventLoop) -> None:
        for event in self._worker.run(run.order, token):
            loop.call_soon_threadsafe(run.deliver, event)

    def cancel(self, job: str) -> None:
        if self._run and self._run.order.job == job:
            self._flag[0] = self._serial

    def devices(self) -> tuple[DeviceInfo, ...]:
        return (self._device,)

    def warm_engines(self) -> tuple[str, ...]:
        """None: a test wants no engine brought up before it asks."""
        return ()

    def device_for(self, engine: EngineSpec) -> Device:
        return Device.CPU

    async def close(self) -> None:
        """Waits for the running order to stop; a thread cannot be terminated."""
        self._closed = True
        if self._run:
            self.cancel(self._run.order.job)
        async with self._turn:
            return
