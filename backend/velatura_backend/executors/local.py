"""Runs orders in spawned worker processes on this machine, one process for each device.

The built-in engines share a CPU worker, so that a one-second removal never waits behind a diffusion
job; an engine that wants an accelerator runs on the CPU where no worker has one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable

from velatura_protocol.engines import Device, EngineSpec
from velatura_protocol.messages import DeviceInfo

from .base import WorkEvent, WorkOrder
from .pipe import WorkerSettings
from .supervisor import Supervisor


def _nothing() -> None:
    return


class LocalExecutor:
    """See :class:`~.base.Executor`. To be created inside a running event loop.

    ``on_change`` is called on the event loop when :meth:`devices` or :meth:`warm_engines` changed.
    Without :meth:`start` a worker is brought up by the first order that needs it.
    """

    def __init__(
        self,
        workers: Iterable[WorkerSettings] = (WorkerSettings(),),
        on_change: Callable[[], None] = _nothing,
    ) -> None:
        self._supervisors = {each.device: Supervisor(each, on_change) for each in workers}
        if Device.CPU not in self._supervisors:
            raise ValueError("there is always a CPU worker")

    async def start(self) -> None:
        """The CPU's worker alone: the accelerator's imports gigabytes that may never be needed,
        and comes up with its first order."""
        self._supervisors[Device.CPU].start()

    def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        return self._supervisors[self.device_for(order.engine)].run(order)

    def cancel(self, job: str) -> None:
        for supervisor in self._supervisors.values():
            supervisor.cancel(job)

    def devices(self) -> tuple[DeviceInfo, ...]:
        """Of workers that share one it is told once."""
        up = [
            each.device
            for device, each in self._supervisors.items()
            if device is Device.CPU or each.device.ready
        ]
        return tuple({each.id: each for each in reversed(up)}.values())[::-1]

    def warm_engines(self) -> tuple[str, ...]:
        """Ids of the engines that run without loading anything more."""
        return tuple(name for each in self._supervisors.values() for name in each.warm_engines)

    def device_for(self, engine: EngineSpec) -> Device:
        return engine.device if engine.device in self._supervisors else Device.CPU

    def worker_pids(self) -> tuple[int, ...]:
        """Processes now running, for the doctor and for benchmarks."""
        pids = (each.pid for each in self._supervisors.values())
        return tuple(pid for pid in pids if pid is not None)

    async def close(self) -> None:
        await asyncio.gather(*(each.close() for each in self._supervisors.values()))
