"""Where an order is: its phase, how far it has come, how long each phase took."""

from __future__ import annotations

import time
from collections.abc import Callable

from velatura_protocol.events import Phase

from ...engines.base import CancelToken, EngineProgress
from ..base import WorkProgress
from .measure import Stopwatch

_PROGRESS_SECONDS = 0.05


class OrderState:
    """``enter`` and ``check`` are where a cancel is noticed; both raise ``Cancelled``."""

    def __init__(
        self, cancel: CancelToken, variations: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.phase = Phase.LOADING
        self.cancel = cancel
        self.total = Stopwatch(clock)
        self.crops = 0
        self._variations = variations
        self._variation = 0
        self._crop = 0
        self._reached = 0.0
        self._watch = Stopwatch(clock)
        self._clock = clock
        self._reported = clock()

    def check(self) -> None:
        self.cancel.check(self.phase)

    def enter(self, phase: Phase) -> WorkProgress:
        self.check()
        self.phase = phase
        self.total.enter(phase)
        self._watch.enter(phase)
        self._reported = self._clock()
        return WorkProgress(phase, self._fraction(0.0), self._variation)

    def begin_variation(self, index: int) -> None:
        self._variation, self._crop = index, 0
        self._watch = Stopwatch(self._clock)

    def crop_done(self) -> None:
        self._crop += 1

    def variation_metrics(self) -> dict[str, float]:
        self._watch.stop()
        return self._watch.metrics()

    def engine_progress(self, event: EngineProgress) -> WorkProgress | None:
        """None while the last report is fresh: an engine may report as often as it likes."""
        now = self._clock()
        if event.phase is self.phase and now - self._reported < _PROGRESS_SECONDS:
            return None
        progress = self.enter(event.phase)
        # Plain numbers: unpickling one of numpy's would load numpy into the server.
        fraction = self._fraction(min(1.0, max(0.0, float(event.fraction))), event.together)
        step, steps = int(event.step), int(event.steps)
        return WorkProgress(progress.phase, fraction, self._variation, step, steps)

    def _fraction(self, of_crop: float, together: int = 1) -> float | None:
        """Of the whole order, never less than last time; None before the crops are known.
        ``together``: so many variations have come as far in this crop and those before it."""
        if not self.crops:
            return None
        done = self._variation * self.crops + (self._crop + of_crop) * together
        self._reached = max(self._reached, min(1.0, done / (self._variations * self.crops)))
        return self._reached
