"""Painting with the memory there is: the plan that fits, one retry with less, then the truth.

What a pass takes is estimated before it. Estimates err, and other programs take memory as well: a
pass that runs out all the same is run once more by a tighter plan, after everything idle was
evicted. What was learnt is remembered, so that the next pass of that size begins there.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from velatura_protocol.errors import OutOfMemory

from ....models.residency import Residency
from ..painting.contract import Notice, Painted, PaintEvent, PaintProgress
from .plan import (
    MemoryPlan,
    ModelSize,
    Pass,
    Rung,
    fitting,
    ladder_of,
    peak_bytes,
    plan_for,
    plans,
    reserved_bytes,
    step_down,
)

Attempt = Callable[[MemoryPlan], Iterator[PaintEvent]]
"""One pass by a plan.

:raises MemoryError: there was not enough
"""

_REMEMBERED = 600.0
"""Seconds."""
STEPPED_DOWN = "stepped_down"
RUNG = "memory_rung"
"""Metric: which of :class:`~.memory.Rung` it was painted on, counted from 0."""


@dataclass
class Lessons:
    """For each model and class of sizes, the plan that a pass had to step down to. Kept with the
    worker; after a while it is tried again whether what took the memory has gone."""

    clock: Callable[[], float] = time.monotonic
    learnt: dict[tuple[str, int, int], tuple[MemoryPlan, float]] = field(
        default_factory=dict[tuple[str, int, int], tuple[MemoryPlan, float]]
    )

    def of(self, model_id: str, work: Pass) -> MemoryPlan | None:
        plan, learnt_at = self.learnt.get(_key(model_id, work), (None, 0.0))
        return plan if self.clock() - learnt_at < _REMEMBERED else None

    def learn(self, model_id: str, work: Pass, plan: MemoryPlan) -> None:
        self.learnt[_key(model_id, work)] = plan, self.clock()


@dataclass(frozen=True)
class Ladder:
    """``size`` None: nothing is known of the model's, so all is tried from the top."""

    model_id: str
    size: ModelSize | None
    residency: Residency
    lessons: Lessons

    def paint(self, work: Pass, attempt: Attempt) -> Iterator[PaintEvent]:
        """The events of ``attempt``, its progress never falling, its end with the notices.

        :raises OutOfMemory: it did not fit, or the retry did not either
        """
        plan = self._first(work)
        seen = _Seen(plan, self._notices(plan))
        self._prepare(plan, work)
        if not (yield from seen.events(attempt(plan))):
            return
        below = self._below(plan, work)
        self.residency.release()
        if below is None:
            raise self._out_of_memory(plan, work)
        self.lessons.learn(self.model_id, work, below)
        self._prepare(below, work)
        seen.plan, seen.notices = below, self._notices(below)
        if (yield from seen.events(attempt(below))):
            self.residency.release()
            raise self._out_of_memory(below, work)

    def together(self, work: Pass, most: int) -> int:
        """How many pictures of that pass go at once without any stepping down for it."""
        if self.size is None or most < 2:
            return 1
        device, room = self.residency.device, self._room()
        alone = self._first(work)
        for count in range(most, 1, -1):
            several = replace(work, batch=work.batch * count)
            if self.lessons.of(self.model_id, several) is None:
                try:
                    fits = fitting(self.size, device, room, several)
                except OutOfMemory:
                    continue
                if fits == alone:
                    return count
        return 1

    def paint_together(
        self, work: Pass, count: int, attempt: Attempt
    ) -> Generator[PaintEvent, None, bool]:
        """As :meth:`paint`, of so many pictures at once, and without a retry: returns whether
        memory ran out, for then fewer pictures cost less than any step down."""
        several = replace(work, batch=work.batch * count)
        plan = self._first(work)
        self._prepare(plan, several)
        if not (yield from _Seen(plan, self._notices(plan)).events(attempt(plan))):
            return False
        self.residency.release()
        self.lessons.learn(self.model_id, several, plan)
        return True

    def _first(self, work: Pass) -> MemoryPlan:
        device = self.residency.device
        learnt = self.lessons.of(self.model_id, work)
        if self.size is None:
            return learnt or plan_for(ladder_of(device)[0], device)
        fits = fitting(self.size, device, self._room(), work)
        order = list(plans(device))
        return fits if learnt is None else max(fits, learnt, key=order.index)

    def _below(self, plan: MemoryPlan, work: Pass) -> MemoryPlan | None:
        device = self.residency.device
        if self.size is not None:
            return step_down(self.size, device, plan, work)
        order = list(plans(device))
        return next(iter(order[order.index(plan) + 1 :]), None)

    def _room(self) -> int:
        """Without what is set aside for the activations of the pass before."""
        self.residency.limits = replace(self.residency.limits, working=0)
        return self.residency.room()

    def _prepare(self, plan: MemoryPlan, work: Pass) -> None:
        working = reserved_bytes(self.size, plan, work) if self.size else 0
        self.residency.limits = replace(self.residency.limits, working=working, alone=plan.alone)

    def _notices(self, plan: MemoryPlan) -> tuple[Notice, ...]:
        usual = ladder_of(self.residency.device)[0]
        return () if plan.rung is usual else (Notice(STEPPED_DOWN, plan.rung.value),)

    def _out_of_memory(self, plan: MemoryPlan, work: Pass) -> OutOfMemory:
        figures: Mapping[str, int] = {}
        if self.size is not None:
            figures = {"needed": peak_bytes(self.size, plan, work), "free": self._room()}
        return OutOfMemory(device=self.residency.device, **figures)


@dataclass
class _Seen:
    """What was told already of a pass that is run again."""

    plan: MemoryPlan
    notices: tuple[Notice, ...]
    fraction: float = 0.0

    def events(self, attempt: Iterator[PaintEvent]) -> Generator[PaintEvent, None, bool]:
        """Returns whether memory ran out. The error is not kept: its traceback holds the frames,
        and they hold the tensors that are to be freed."""
        try:
            for event in attempt:
                yield self._told(event)
        except MemoryError:
            pass
        else:
            return False
        gc.collect()
        return True

    def _told(self, event: PaintEvent) -> PaintEvent:
        if isinstance(event, PaintProgress):
            self.fraction = max(self.fraction, event.fraction)
            return replace(event, fraction=self.fraction)
        if isinstance(event, Painted):
            metrics = (*event.metrics, (RUNG, float(tuple(Rung).index(self.plan.rung))))
            return replace(event, notices=(*event.notices, *self.notices), metrics=metrics)
        return event


def _key(model_id: str, work: Pass) -> tuple[str, int, int]:
    """Passes of up to twice the pixels count as one class."""
    return model_id, work.pixels.bit_length(), work.batch
