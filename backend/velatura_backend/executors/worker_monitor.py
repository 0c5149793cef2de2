"""Looks at a worker, beat by beat, for as long as it has something to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from .hang_detection import Hang, HangDetector, Patience


@dataclass(frozen=True)
class Duty:
    """What a worker is busy with; see :meth:`~.hang_detection.HangDetector.beat`."""

    ready: bool
    loading: bool


class WorkerMonitor:
    """One worker's. ``duty`` says what it has to do, None for nothing; ``hung`` is called once, on
    the event loop, when it is not going to."""

    def __init__(
        self, patience: Patience, duty: Callable[[], Duty | None], hung: Callable[[Hang], None]
    ) -> None:
        self._seconds = patience.beat_seconds
        self._hang_detector = HangDetector(patience)
        self._duty = duty
        self._hung = hung
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """It has got something to do. Looks until it has not."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._seconds, self._beat)

    def heard(self, *, works: bool) -> None:
        self._hang_detector.heard(works=works)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _beat(self) -> None:
        self._timer = None
        duty = self._duty()
        if duty is None:
            self._hang_detector.rest()
            return
        hang = self._hang_detector.beat(ready=duty.ready, loading=duty.loading)
        if hang is None:
            self.watch()
        else:
            self._hung(hang)
