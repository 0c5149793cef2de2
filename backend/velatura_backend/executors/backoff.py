"""How long to wait before the next attempt to bring a worker up."""

from __future__ import annotations

_FIRST = 0.25
_LONGEST = 60.0
_LONGEST_AWAITED = 1.0


class Backoff:
    """Nothing after the first loss, then twice as long each time, until something went well."""

    def __init__(self) -> None:
        self._losses = 0

    def lost(self, *, awaited: bool) -> float:
        """Seconds to wait now. ``awaited``: somebody's order waits with it."""
        self._losses += 1
        if self._losses == 1:
            return 0.0
        longest = _LONGEST_AWAITED if awaited else _LONGEST
        return min(longest, _FIRST * 2.0 ** min(self._losses - 2, 16))

    def went_well(self) -> None:
        self._losses = 0
