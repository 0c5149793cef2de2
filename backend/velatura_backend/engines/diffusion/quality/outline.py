"""The step at the mask's outline, where there should be none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..painting.contract import RgbImage
from .cells import Grid
from .checking import Check, unchecked
from .contrast import common_step
from .spreading import spread

BoolMask = NDArray[np.bool_]
Values = NDArray[np.float32]

_STRIPS = ((1, 4), (4, 8))
"""Depths in pixels from the outline, on either side: two, to know which way the tone runs."""

_MOST_STEP = 0.06
"""What is much larger is something that was painted there, not a shift."""

_SMOOTH = 0.01
"""How much a side may change by itself from strip to strip and still count as smooth."""

_STRETCH = 8
"""Cells, of which the outline is as a whole judged by."""

_PRIOR = 0.05
"""Weight of there being no step."""

_LEAST_STEP = 0.4 / 255.0
_SIGMA = 2.0


@dataclass(frozen=True)
class _Side:
    """Cells' means of a side's two strips, what they would be at the outline itself, and how much
    goes on in them; all (rows, columns, channels) but ``there`` and ``rough``."""

    at_outline: Values
    rough: Values
    there: BoolMask


def outline_steps(
    painted: RgbImage, picture: RgbImage, hole: BoolMask, known: BoolMask, grid: Grid,
    check: Check = unchecked,
) -> Values:  # fmt: skip
    """What to add to ``painted`` (height, width, 3) inside the hole for it to go over into
    ``picture`` where both are smooth: (rows, columns, 3) over the grid."""
    overall = common_step(painted, picture, hole, known, _STRETCH * grid.side, check)
    inside, outside = _strips(hole, check), _strips(~hole, check)
    within = _side(painted, inside, grid, check)
    around = _side(picture, [each & known for each in outside], grid, check)
    both = within.there & around.there
    if not both.any():
        return np.zeros((*grid.shape, 3), np.float32)
    step = np.where(both[..., None], around.at_outline - within.at_outline, np.float32(0.0))
    rest = np.where(both[..., None], step - overall, np.float32(0.0))
    weight = both * _plausible(rest, np.maximum(within.rough, around.rough))
    return overall + _spread_inside(rest, weight.astype(np.float32))


def _strips(side: BoolMask, check: Check) -> list[BoolMask]:
    made: list[BoolMask] = []
    reached = ~side
    depth = 0
    for start, stop in _STRIPS:
        check()
        if start > depth + 1:
            reached = _dilated(reached, start - 1 - depth)
        grown = _dilated(reached, stop - start)
        made.append(grown & ~reached & side)
        reached, depth = grown, stop - 1
    return made


def _dilated(mask: BoolMask, by: int) -> BoolMask:
    size = 2 * by + 1
    return np.asarray(ndimage.maximum_filter(mask.view(np.uint8), size).view(np.bool_))


def _side(image: RgbImage, strips: list[BoolMask], grid: Grid, check: Check) -> _Side:
    check()
    counts = [_smoothed(grid.counts(strip)) for strip in strips]
    near, far = (
        _smoothed(_sums(grid, image, strip)) / np.maximum(count, 1e-3)[..., None]
        for strip, count in zip(strips, counts, strict=True)
    )
    check()
    squares = _smoothed(_sums(grid, np.square(image), strips[0]))
    squares = squares / np.maximum(counts[0], 1e-3)[..., None]
    spread_ = np.sqrt(np.maximum(squares - np.square(near), 0.0)).max(axis=2)
    slope = near - far
    gap = (sum(_STRIPS[1]) - sum(_STRIPS[0])) / 2.0
    out = (sum(_STRIPS[0]) / 2.0 - 0.5) / gap
    least = 0.5 * grid.side
    return _Side(
        (near + out * slope).astype(np.float32),
        np.maximum(np.abs(slope).max(axis=2), 0.5 * spread_),
        (counts[0] >= least) & (counts[1] >= least),
    )


def _sums(grid: Grid, image: RgbImage, strip: BoolMask) -> Values:
    counts = grid.counts(strip)
    return grid.means(image, strip, counts) * counts[..., None]


def _smoothed(values: Values) -> Values:
    """Sums over a cell and its neighbours: an outline runs through cells as it likes."""
    mean = ndimage.uniform_filter(values, 3, mode="constant", axes=(0, 1))
    return (9.0 * mean).astype(np.float32)


def _plausible(step: Values, rough: Values) -> Values:
    size = np.abs(step).max(axis=2)
    unlikely = np.square(size / _MOST_STEP) + np.square(rough / _SMOOTH)
    return np.exp(-unlikely).astype(np.float32)


def _spread_inside(step: Values, weight: Values) -> Values:
    total = ndimage.gaussian_filter(step * weight[..., None], (_SIGMA, _SIGMA, 0))
    weights = ndimage.gaussian_filter(weight, _SIGMA)
    mean = (total / (weights + _PRIOR)[..., None]).astype(np.float32)
    certain = np.clip(weights / _PRIOR, 0.0, 1.0).astype(np.float32)
    field = spread(mean, certain)
    return np.sign(field) * np.maximum(np.abs(field) - _LEAST_STEP, 0.0)
