"""Clocks that a test sets by hand."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_backend.clocks import Clocks


@dataclass
class HandClocks:
    """``wall`` may be set to anything."""

    wall: float = 1_700_000_000.0
    steady: float = 1000.0

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.wall, lambda: self.steady)

    def pass_time(self, seconds: float) -> None:
        """As it does for everybody."""
        self.wall += seconds
        self.steady += seconds
