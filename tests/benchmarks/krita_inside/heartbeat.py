# pyright: reportMissingImports=false
"""How long Krita's event loop did not come round, whoever held it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from velatura_driver.qt import Qt, QTimer

BEAT_SECONDS = 0.004


@dataclass
class Heartbeat:
    """A timer on the GUI thread. A gap between two beats, less the interval, is a time in which
    nobody's click would have been taken: it includes Krita's own calls, what Krita does on its own
    account, such as drawing the canvas, and its waiting for a core."""

    gaps: list[float] = field(default_factory=list)
    beats: int = 0

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(round(BEAT_SECONDS * 1000))

    def forget(self) -> None:
        self.gaps.clear()
        self._began = self._last = time.perf_counter()

    def worst(self) -> float:
        return max(self.gaps, default=0.0)

    def busy_share(self) -> float:
        """Of the time since :meth:`forget`."""
        return sum(self.gaps) / max(time.perf_counter() - self._began, BEAT_SECONDS)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(max(0.0, now - self._last - BEAT_SECONDS))
        self._last = now
        self.beats += 1
