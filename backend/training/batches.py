"""Pairs of patches, damaged and whole; batch number ``step`` is always the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .degrade import degraded, random_levels, reduced
from .gallery import SIDE, Gallery
from .networks import Plan

Bytes = NDArray[np.uint8]
_ORDERS = tuple(permutations(range(3)))


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
    _kept: dict[int, tuple[Bytes, Bytes]] = field(default_factory=dict[int, tuple[Bytes, Bytes]])

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
        whole, small = self._picture(index)
        scale, side = self.plan.scale, self.side
        y, x = (int(each) for each in rng.integers(0, SIDE // scale - side + 1, 2))
        wanted = whole[y * scale : (y + side) * scale, x * scale : (x + side) * scale]
        turn, order = int(rng.integers(0, 8)), _ORDERS[int(rng.integers(0, 6))]
        wanted = _turned(wanted, turn)[..., order]
        if self.plan.scale == 1:
            levels = random_levels(rng)
            return degraded(rng, wanted, levels), wanted, levels.told()
        given = _turned(small[y : y + side, x : x + side], turn)[..., order]
        return given, wanted, (0.0, 0.0, 0.0)

    def _picture(self, index: int) -> tuple[Bytes, Bytes]:
        if index not in self._kept:
            whole = self.gallery.load(index)
            small = reduced(whole, self.plan.scale) if self.plan.scale > 1 else whole
            self._kept[index] = whole, small
        return self._kept[index]


def _turned(patch: Bytes, turn: int) -> Bytes:
    turned = np.rot90(patch, turn % 4)
    return np.ascontiguousarray(turned[:, ::-1] if turn >= 4 else turned)
