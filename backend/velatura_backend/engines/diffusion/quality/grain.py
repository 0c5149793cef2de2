"""Gives what was painted the noise of the picture around it, as the built-in fill does.

Unlike there it is not kept to the range of what is around: what a prompt asked for is of colours of
its own, and half of the noise would be cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....imaging.masks import mask_bounds
from ...builtin.graining import window_around
from ...builtin.patchmatch.grain import Grain, add_grain, measure_grain, noise_ratio
from ...builtin.patchmatch.lanes import Lanes
from ..painting.contract import RgbImage
from .frames import window

BoolMask = NDArray[np.bool_]


_MOST_DEVIATION = 0.02
"""Of the finest band. Louder than that is the ground itself, sand or grass or brick, and does not
belong on what was painted over it."""


@dataclass(frozen=True)
class Grained:
    """``ratio``: how much of the noise around is in the hole now; None where there is none."""

    image: RgbImage
    ratio: float | None


def with_grain(
    painted: RgbImage, picture: RgbImage, hole: BoolMask, known: BoolMask, strength: float,
    seed: int, lanes: Lanes,
) -> Grained:  # fmt: skip
    """Only pixels of the hole change."""
    usable = lanes.over(lambda known, hole: known & ~hole, known, hole)
    if not hole.any() or not usable.any():
        return Grained(painted, None)
    place = window(window_around(mask_bounds(hole), hole.shape))
    inside = lanes.over(np.copy, hole[place])
    shown = lanes.over(_chosen, inside, painted[place], picture[place])
    grain = measure_grain(shown, lanes.over(np.copy, usable[place]), lanes)
    if grain is None:
        return Grained(painted, None)
    result = painted
    strength *= _likely(grain)
    if strength > 0.0:
        added = add_grain(shown, inside, grain, strength, seed, lanes)
        result = lanes.over(np.copy, painted)
        target = result[place]

        def add(rows: slice) -> None:
            shown[rows] += added[rows]
            np.copyto(target[rows], shown[rows], where=inside[rows][..., None])

        lanes.bands(add, *inside.shape)
    return Grained(result, noise_ratio(shown, inside, grain, lanes))


def _chosen(hole: BoolMask, painted: RgbImage, picture: RgbImage) -> RgbImage:
    return np.where(hole[..., None], painted, picture)


def _likely(grain: Grain) -> float:
    deviation = (grain.floor[0] / len(grain.mixing[0])) ** 0.5
    return (_MOST_DEVIATION / max(deviation, _MOST_DEVIATION)) ** 2
