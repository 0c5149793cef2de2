from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height
