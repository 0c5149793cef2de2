"""How soon a cancel stops a job, by the phase it finds it in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.shared.server import Server
from tests.benchmarks.shared.wire import Wire
from velatura_backend.engines.specs import ECHO, FILL
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    Cancel,
    CancelledJob,
    Capabilities,
    Failed,
    Finished,
    Progress,
)

from .jobs import Bench


@dataclass
class CancelFigures:
    """Seconds from the cancel to the job's end; ``too_late``: it had finished by then."""

    phase: str
    seconds: list[float] = field(default_factory=list[float])
    found: list[str] = field(default_factory=list[str])
    too_late: int = 0


def is_end(job: str) -> Callable[[Any], bool]:
    return lambda e: isinstance(e, CancelledJob | Finished | Failed) and e.job == job


def in_phase(job: str, phase: Phase) -> Callable[[Any], bool]:
    return lambda e: (
        (isinstance(e, Progress) and e.job == job and e.phase is phase) or is_end(job)(e)
    )


@dataclass(frozen=True)
class Canceller:
    server: Server
    wire: Wire
    large: Bench
    medium: Bench
    small: Bench
    trials: int

    async def all(self) -> list[CancelFigures]:
        uploading, queued = self._uploading, self._queued
        return [
            await self._measure("uploading (48 MB)", uploading, 0.03),
            await self._measure("queued", queued, 0.02),
            await self._measure("loading (worker coming up)", self._loading, 0.8),
            await self._measure("encoding (12 MP)", self._phase(self.large, Phase.ENCODING), 0.15),
            await self._measure("stepping (fill, 3 MP)", self._filling, 1.5),
            await self._measure("stepping (echo)", self._stepping, 0.5),
            await self._measure("decoding (12 MP)", self._phase(self.large, Phase.DECODING), 0.3),
            await self._measure("delivering", self._phase(self.large, Phase.DELIVERING), 0.004),
        ]

    async def _measure(
        self, name: str, start: Callable[[], Coroutine[Any, Any, str]], spread: float
    ) -> CancelFigures:
        """``spread``: how long after the phase's beginning a cancel may come, in seconds."""
        figures = CancelFigures(name)
        while len(figures.seconds) < self.trials and figures.too_late < 4 * self.trials:
            job = await start()
            await asyncio.sleep(random.random() * spread)
            sent = self.wire.send(Cancel(job))
            arrived, end = await self.wire.until(is_end(job))
            if isinstance(end, CancelledJob) and arrived >= sent:
                figures.seconds.append(arrived - sent)
                figures.found.append(end.phase.value)
            else:
                figures.too_late += 1
            await self._clear_up()
        return figures

    async def _clear_up(self) -> None:
        """The blocker of the queue, where there is one, goes too."""
        for job in list(_BLOCKERS):
            _BLOCKERS.remove(job)
            self.wire.send(Cancel(job))
            await self.wire.until(is_end(job))
        self.wire.forget()

    async def _uploading(self) -> str:
        return self.large.submit(self.wire, ECHO, fresh=True)

    async def _queued(self) -> str:
        blocker = self.small.submit(self.wire, ECHO, seconds=60.0)
        await self.wire.until(in_phase(blocker, Phase.STEPPING))
        _BLOCKERS.append(blocker)
        job = self.small.submit(self.wire, ECHO)
        await self.wire.until(lambda e: isinstance(e, Accepted) and e.job == job)
        return job

    async def _loading(self) -> str:
        worker = self.server.worker()
        assert worker is not None
        worker.kill()
        await self.wire.until(lambda e: isinstance(e, Capabilities) and not e.devices[0].ready)
        job = self.small.submit(self.wire, ECHO)
        await self.wire.until(in_phase(job, Phase.LOADING))
        return job

    def _phase(self, bench: Bench, phase: Phase) -> Callable[[], Coroutine[Any, Any, str]]:
        async def start() -> str:
            job = bench.submit(self.wire, ECHO)
            await self.wire.until(in_phase(job, phase))
            return job

        return start

    async def _filling(self) -> str:
        job = self.medium.submit(self.wire, FILL)
        await self.wire.until(in_phase(job, Phase.STEPPING))
        return job

    async def _stepping(self) -> str:
        job = self.small.submit(self.wire, ECHO, seconds=60.0)
        await self.wire.until(in_phase(job, Phase.STEPPING))
        return job


_BLOCKERS: list[str] = []
