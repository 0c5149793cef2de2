"""Windows of a picture that may come in strips, mirrored beyond its border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...base import FloatImage


@dataclass(frozen=True)
class Span:
    """Pixels ``start`` to ``stop`` along one side that is ``length`` long; may reach beyond it."""

    start: int
    stop: int
    length: int

    def mirrored(self) -> NDArray[np.intp]:
        """Which pixel stands at each place: the picture between mirrors, however small it is."""
        places = np.arange(self.start, self.stop) % (2 * self.length)
        return np.where(places < self.length, places, 2 * self.length - 1 - places)


def split(length: int, most: int, multiple: int = 1) -> list[tuple[int, int]]:
    """Equal parts of at most ``most``, whose borders are multiples of ``multiple``."""
    count = -(-length // most)
    borders = [length * i // count // multiple * multiple for i in range(count)] + [length]
    return list(pairwise(borders))


class Rows:
    """A window that moves down over strips and forgets what it has left behind."""

    def __init__(self, strips: Iterator[FloatImage], height: int) -> None:
        self._strips = strips
        self._height = height
        self._held: list[FloatImage] = []
        self._top = 0
        self._bottom = 0

    def window(self, start: int, stop: int) -> FloatImage:
        """Rows ``start`` to ``stop``, mirrored beyond the border; ``start`` never moves back."""
        places = Span(start, stop, self._height).mirrored()
        first, last = int(places.min()), int(places.max()) + 1
        while self._bottom < last:
            strip = next(self._strips)
            self._held.append(strip)
            self._bottom += strip.shape[0]
        while self._held and self._top + self._held[0].shape[0] <= first:
            self._top += self._held.pop(0).shape[0]
        held = self._held[0] if len(self._held) == 1 else np.concatenate(self._held)
        if len(self._held) > 1:
            self._held = [held]
        if stop - start == last - first and start >= 0:
            return held[first - self._top : last - self._top]
        return held[places - self._top]
