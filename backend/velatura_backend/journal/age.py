"""How old the history is, by a clock that nobody can set.

A wall clock that jumps a year ahead (a flat battery, a wrong zone, a test of something else) would
let the whole history expire at once. So age is counted: the time that the backend ran, and between
two runs what the wall clock says, but never more than a week.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..clocks import Clocks

MOST_BETWEEN = 7 * 24 * 3600.0


@dataclass(frozen=True)
class KeptAge:
    """As the journal keeps it, in whole seconds. ``seen``: what the wall clock said then, 0 if it
    never did."""

    age: int = 0
    seen: int = 0


class Age:
    """``kept`` is what the last life of the backend left."""

    def __init__(self, kept: KeptAge, clocks: Clocks) -> None:
        between = clocks.wall() - kept.seen if kept.seen else 0.0
        self._before = kept.age + min(max(between, 0.0), MOST_BETWEEN)
        self._clocks = clocks
        self._began = clocks.steady()

    def now(self) -> int:
        """In seconds; never less than it was."""
        return int(self._before + self._clocks.steady() - self._began)

    def to_keep(self) -> KeptAge:
        return KeptAge(self.now(), int(self._clocks.wall()))
