"""Gives what was painted the noise of the picture around it, as the built-in fill does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect

from ....imaging.masks import mask_bounds
from ...builtin.graining import grained, window_around
from ...builtin.patchmatch.lanes import Lanes
from ..painting import RgbImage
from .frames import window

BoolMask = NDArray[np.bool_]


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
    usable = known & ~hole
    if not hole.any() or not usable.any():
        return Grained(painted, None)
    area = window_around(mask_bounds(hole), hole.shape)
    place = window(area.intersection(Rect(0, 0, hole.shape[1], hole.shape[0])))
    shown = np.where(hole[place][..., None], painted[place], picture[place])
    made = grained(
        np.ascontiguousarray(shown), True, np.ascontiguousarray(hole[place]),
        np.ascontiguousarray(usable[place]), strength, seed, lanes,
    )  # fmt: skip
    result = painted.copy()
    result[place] = np.where(hole[place][..., None], made.colours, painted[place])
    return Grained(result, made.ratio)
