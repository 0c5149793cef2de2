"""When a preview may touch the canvas: as long as that is cheap, and not too often."""

from __future__ import annotations

from collections.abc import Callable

MIN_INTERVAL = 0.25
MAX_COST = 0.1
REST = 4.0
"""The canvas rests this many times what a refresh took: measured in Krita, a refresh of a large
document every 100 ms left the user 2.8 updates a second and pauses of up to 0.9 s."""


class CanvasGate:
    """One per job. Refreshes slower than :data:`MAX_COST` seconds close it for good."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._open_from = float("-inf")

    def offer(self, show: Callable[[], None]) -> bool:
        """Calls ``show`` if a preview may be shown now, and measures it; whether it did."""
        began = self._clock()
        if began < self._open_from:
            return False
        show()
        ended = self._clock()
        cost = ended - began
        slow = cost > MAX_COST
        self._open_from = float("inf") if slow else max(began + MIN_INTERVAL, ended + REST * cost)
        return True
