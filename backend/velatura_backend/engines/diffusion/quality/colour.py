"""Takes back a shift of tone between what was painted and the picture around it.

Models and their decoders shift colours: a little everywhere, more in one corner, less saturated, in
one channel. What lies outside the mask was there before and came out again: how it differs tells
the shift. Statistics are over unmasked pixels only, of low frequencies only. Each kind of evidence
is about what the one before leaves:

1. offsets, slopes, bends and gains (see :mod:`.tone`);
2. a smooth field through what is left around the mask, spread into it;
3. the step at the mask's outline: there the eye sees it, and what was painted may be off where the
   decoder's copy of the surroundings is not (see :mod:`.outline`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ....imaging.banded import row_bands
from ..painting.contract import RgbImage
from .cells import BoolMask, Grid, Values, grid_over, reduced, share_of
from .checking import Check, unchecked
from .outline import outline_steps
from .robust import tukey
from .spreading import spread
from .tone import Tone, tone_between

_LEAST_SHARE = 0.25
"""Of a cell's pixels that must be unmasked for it to say anything."""

_LEAST_SCALE = 0.75 / 255.0
"""Of what is left after the fit: no two decoders agree to less."""

_FIELD_SIGMA = 1.5
"""Cells."""

_NEAR = 0.25
"""Of the region's longer side: evidence so far from the mask counts half."""


_MOST_PIXELS = 1 << 20
"""That anything is fitted on: low frequencies are the same in a smaller picture."""


def matched(
    painted: RgbImage, picture: RgbImage, hole: BoolMask, known: BoolMask, amount: float = 1.0,
    check: Check = unchecked,
) -> RgbImage:  # fmt: skip
    """``painted`` with the shift against ``picture`` taken back by ``amount`` in 0..1.

    All (height, width, …) of one region: ``hole`` is what M shows, ``known`` where the picture has
    a colour. Itself where there is nothing to compare, or nothing to take back.
    """
    if amount <= 0.0 or not (known & ~hole).any() or not hole.any():
        return painted
    cell = math.ceil(math.sqrt(hole.size / _MOST_PIXELS))
    small: list[RgbImage] = []
    for each in (painted, picture):
        small.append(reduced(each, cell, check))
    masked = share_of(hole, cell, check) > 0.0
    shift = _shift(small[0], small[1], masked, share_of(known, cell, check) >= 1.0, check)
    if shift is None:
        return painted
    return _applied(painted, hole, shift, cell, amount, check)


@dataclass(frozen=True)
class _Shift:
    """What to add: ``tone``'s gain, a smooth ``field`` everywhere, ``steps`` inside the hole; both
    (rows, columns, 3) over ``grid``."""

    grid: Grid
    tone: Tone
    field: Values
    steps: Values


def _shift(
    painted: RgbImage, picture: RgbImage, hole: BoolMask, known: BoolMask, check: Check
) -> _Shift | None:
    cells = _cells(painted, picture, known & ~hole, hole)
    if not cells.near.any():
        return None
    grid, places = cells.grid, cells.grid.centres()
    check()
    tone = tone_between(cells.painted, cells.wanted, cells.near, *places)
    check()
    plain = tone.at(*places)
    field = plain + _field(cells.shifted(plain + tone.gained(cells.painted)))
    fitted = painted + tone.gained(painted) + grid.enlarged(field, check)
    check()
    return _Shift(grid, tone, field, outline_steps(fitted, picture, hole, known, grid, check))


def _applied(
    painted: RgbImage, hole: BoolMask, shift: _Shift, cell: int, amount: float, check: Check
) -> RgbImage:
    grid = Grid(shift.grid.side * cell, *hole.shape)
    total = grid.enlarged(shift.field, check)
    steps = grid.enlarged(shift.steps, check) if shift.steps.any() else None
    for rows in row_bands(*hole.shape):
        check()
        band = shift.tone.gained(painted[rows])
        band += total[rows]
        if steps is not None:
            band += np.where(hole[rows][..., None], steps[rows], np.float32(0.0))
        band *= np.float32(amount)
        band += painted[rows]
        total[rows] = band
    return total


@dataclass(frozen=True)
class Cells:
    """Means over each cell's unmasked pixels, (rows, columns, 3), and its weight, 0 where it has
    too few of them; ``near``: the same, less the further from the mask."""

    grid: Grid
    painted: Values
    wanted: Values
    weight: Values
    near: Values

    def shifted(self, shift: Values) -> Cells:
        return Cells(self.grid, self.painted + shift, self.wanted, self.weight, self.near)


def _cells(painted: RgbImage, picture: RgbImage, trusted: BoolMask, hole: BoolMask) -> Cells:
    grid = grid_over(*hole.shape)
    counts = grid.counts(trusted)
    share = counts / grid.side**2
    weight = np.where(share >= _LEAST_SHARE, share, np.float32(0.0)).astype(np.float32)
    return Cells(
        grid,
        grid.means(painted, trusted, counts),
        grid.means(picture, trusted, counts),
        weight,
        weight * _nearness(grid.counts(hole) > 0.0),
    )


def _nearness(masked: BoolMask) -> Values:
    distance = ndimage.distance_transform_edt(~masked)
    reach = _NEAR * max(masked.shape)
    return (1.0 / (1.0 + np.square(np.asarray(distance) / reach))).astype(np.float32)


def _field(cells: Cells) -> Values:
    """(rows, columns, 3): what is left, smoothed, and spread over cells that say nothing."""
    there = cells.weight > 0.0
    if not there.any():
        return np.zeros_like(cells.painted)
    left = cells.wanted - cells.painted
    size = np.abs(left).max(axis=2)
    scale = max(_LEAST_SCALE, 1.4826 * float(np.median(size[there])))
    weight = cells.weight * tukey(size / scale)
    total = ndimage.gaussian_filter(left * weight[..., None], _FIELD_SIGMA, axes=(0, 1))
    weights = ndimage.gaussian_filter(weight, _FIELD_SIGMA)
    mean = total / np.maximum(weights, 1e-6)[..., None]
    certain = np.clip(2.0 * weights, 0.0, 1.0)
    return spread(mean.astype(np.float32), certain.astype(np.float32))
