"""Pairs of patches, damaged and whole; batch number ``step`` is always the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .degrade import REDUCERS, degraded, random_levels, reduced, slight_levels
from .gallery import SIDE, Gallery
from .networks import Plan

Bytes = NDArray[np.uint8]
_ORDERS = tuple(permutations(range(3)))
_WORN = 0.1
"""How many of the pictures that are to be enlarged are slightly noisy or compressed."""


@dataclass(frozen=True)
class Batch:
    """``given`` (n, side, side, 3), ``wanted`` the same times the scale; ``levels`` (n, 3)."""

    given: Bytes
    wanted: Bytes
    levels: NDArray[np.float32]


@dataclass
class Source:
    """Draws batches from the gallery: from its first ``start`` pictures at first, from one more
    every ``every`` steps, until there are ``count``."""

    gallery: Gallery
    plan: Plan
    seed: int
    size: int = 16
    side: int = 40
    count: int = 1000
    start: int = 60
    every: int = 4
    _kept: dict[tuple[int, int], Bytes] = field(default_factory=dict[tuple[int, int], Bytes])

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng([self.seed, step])
        known = min(self.count, self.start + step // self.every)
        chosen = rng.integers(0, known, self.size)
        patches = [self._patch(rng, int(index)) for index in chosen]
        given, wanted, levels = zip(*patches, strict=True)
        return Batch(np.stack(given), np.stack(wanted), np.array(levels, np.float32))

    def _patch(
        self, rng: np.random.Generator, index: int
    ) -> tuple[Bytes, Bytes, tuple[float, float, float]]:
        whole = self._picture(index)
        scale, side = self.plan.scale, self.side
        y, x = (int(each) for each in rng.integers(0, SIDE // scale - side + 1, 2))
        wanted = whole[y * scale : (y + side) * scale, x * scale : (x + side) * scale]
        turn, order = int(rng.integers(0, 8)), _ORDERS[int(rng.integers(0, 6))]
        wanted = _turned(wanted, turn)[..., order]
        if self.plan.scale == 1:
            levels = random_levels(rng)
            return degraded(rng, wanted, levels), wanted, levels.told()
        small = self._small(index, int(rng.choice(len(REDUCERS), p=[s for _, s in REDUCERS])))
        given = _turned(small[y : y + side, x : x + side], turn)[..., order]
        if rng.random() < _WORN:
            given = degraded(rng, given, slight_levels(rng))
        return given, wanted, (0.0, 0.0, 0.0)

    def _picture(self, index: int) -> Bytes:
        if (index, -1) not in self._kept:
            self._kept[index, -1] = self.gallery.load(index)
        return self._kept[index, -1]

    def _small(self, index: int, reducer: int) -> Bytes:
        if (index, reducer) not in self._kept:
            how, _ = REDUCERS[reducer]
            self._kept[index, reducer] = reduced(self._picture(index), self.plan.scale, how)
        return self._kept[index, reducer]


def _turned(patch: Bytes, turn: int) -> Bytes:
    turned = np.rot90(patch, turn % 4)
    return np.ascontiguousarray(turned[:, ::-1] if turn >= 4 else turned)
