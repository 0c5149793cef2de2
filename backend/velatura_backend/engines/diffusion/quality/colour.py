"""Takes back a shift of tone between what was painted and the picture around it.

Models and their decoders shift colours: a little everywhere, more in one corner, less saturated, in
one channel. What lies outside the mask was there before and came out again: how it differs tells
the shift. Statistics are over unmasked pixels only, of low frequencies only. Three layers of
evidence, each on what the one before leaves:

1. one gain, offset and slope a channel, for all of the region (iteratively reweighted least
   squares, Tukey's biweight: what was repainted outside the mask is no shift);
2. a smooth field through what is left around the mask, spread into it;
3. the step at the mask's outline, where both sides are smooth: there the eye sees it, and what was
   painted may be off where the decoder's copy of the surroundings is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..painting import RgbImage
from .cells import Grid, grid_over
from .outline import outline_steps
from .spreading import spread

BoolMask = NDArray[np.bool_]
Values = NDArray[np.float32]
Doubles = NDArray[np.float64]

_LEAST_SHARE = 0.25
"""Of a cell's pixels that must be unmasked for it to say anything."""

_ROUNDS = 8
_TUKEY = 4.685
_LEAST_SCALE = 0.75 / 255.0
"""Of what is left after the fit: no two decoders agree to less."""

_GAIN_PRIOR, _SLOPE_PRIOR = 0.25, 0.15
"""Standard deviations a gain (about 1) and a slope over the picture (about 0) are expected to have;
against the noise of what is left they decide how much contrast is needed to believe in one."""

_FIELD_SIGMA = 1.5
"""Cells."""

_NEAR = 0.25
"""Of the region's longer side: evidence so far from the mask counts half."""


@dataclass(frozen=True)
class Evidence:
    """Cells' means over unmasked pixels: (cells, 3) each, and each cell's weight."""

    painted: Doubles
    wanted: Doubles
    place: Doubles
    weight: Doubles


def matched(
    painted: RgbImage, picture: RgbImage, hole: BoolMask, known: BoolMask, amount: float = 1.0
) -> RgbImage:
    """``painted`` with the shift against ``picture`` taken back by ``amount`` in 0..1.

    All (height, width, …) of one region: ``hole`` is what M shows, ``known`` where the picture has
    a colour. Itself where there is nothing to compare, or nothing to take back.
    """
    trusted = known & ~hole
    if amount <= 0.0 or not trusted.any() or not hole.any():
        return painted
    grid = grid_over(*hole.shape)
    shift = _global_shift(painted, picture, trusted, hole, grid)
    shift += grid.enlarged(_field(painted + shift, picture, trusted, grid))
    shift += outline_steps(painted + shift, picture, hole, known, grid)
    if not shift.any():
        return painted
    return (painted + np.float32(amount) * shift).astype(np.float32, copy=False)


def _global_shift(
    painted: RgbImage, picture: RgbImage, trusted: BoolMask, hole: BoolMask, grid: Grid
) -> RgbImage:
    evidence = _evidence(painted, picture, trusted, hole, grid)
    if len(evidence.weight) == 0:
        return np.zeros_like(painted)
    down, across = grid.centres()
    slopes = np.zeros((*grid.shape, 3), np.float32)
    gained = np.empty_like(painted)
    for channel in range(3):
        fit = _fitted(evidence, channel)
        slopes[..., channel] = fit.offset + fit.down * down + fit.across * across
        gained[..., channel] = fit.gain * (painted[..., channel] - fit.middle)
    return gained + grid.enlarged(slopes)


def _evidence(
    painted: RgbImage, picture: RgbImage, trusted: BoolMask, hole: BoolMask, grid: Grid
) -> Evidence:
    counts = grid.counts(trusted)
    there = counts >= _LEAST_SHARE * grid.side**2
    down, across = np.broadcast_arrays(*grid.centres())
    near = _nearness(grid.counts(hole) > 0.0)
    return Evidence(
        grid.means(painted, trusted, counts)[there].astype(np.float64),
        grid.means(picture, trusted, counts)[there].astype(np.float64),
        np.stack((down[there], across[there]), axis=1).astype(np.float64),
        (counts / grid.side**2 * near)[there].astype(np.float64),
    )


def _nearness(masked: BoolMask) -> Values:
    distance = ndimage.distance_transform_edt(~masked)
    reach = _NEAR * max(masked.shape)
    return (1.0 / (1.0 + np.square(np.asarray(distance) / reach))).astype(np.float32)


@dataclass(frozen=True)
class _Fit:
    offset: float
    down: float
    across: float
    gain: float
    middle: float


def _fitted(evidence: Evidence, channel: int) -> _Fit:
    """What is to be added to a channel: ``offset + slopes · place + gain · (value - middle)``."""
    value, wanted = evidence.painted[:, channel], evidence.wanted[:, channel]
    missing = wanted - value
    middle = float(np.average(value, weights=evidence.weight))
    terms = np.column_stack((np.ones_like(value), evidence.place, value - middle))
    prior = np.array((0.0, _SLOPE_PRIOR**-2, _SLOPE_PRIOR**-2, _GAIN_PRIOR**-2))
    answer = np.array((_weighted_median(missing, evidence.weight), 0.0, 0.0, 0.0))
    for _ in range(_ROUNDS):
        left = missing - terms @ answer
        scale = max(_LEAST_SCALE, 1.4826 * _weighted_median(np.abs(left), evidence.weight))
        weight = evidence.weight * _tukey(left / scale)
        if weight.sum() <= 0.0:
            break
        weighed = terms * (weight / scale**2)[:, None]
        answer = np.linalg.solve(weighed.T @ terms + np.diag(prior + 1e-9), weighed.T @ missing)
    offset, down, across, gain = (float(each) for each in answer)
    return _Fit(offset, down, across, gain, middle)


def _tukey(ratio: Doubles) -> Doubles:
    return np.square(np.clip(1.0 - np.square(ratio / _TUKEY), 0.0, None))


def _weighted_median(values: Doubles, weights: Doubles) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(running, 0.5 * running[-1])])


def _field(shifted: RgbImage, picture: RgbImage, trusted: BoolMask, grid: Grid) -> Values:
    """(rows, columns, 3): what is left at the cells, smoothed, and spread over those without."""
    counts = grid.counts(trusted)
    there = counts >= _LEAST_SHARE * grid.side**2
    left = grid.means(picture, trusted, counts) - grid.means(shifted, trusted, counts)
    size = np.abs(left).max(axis=2)
    scale = max(_LEAST_SCALE, 1.4826 * float(np.median(size[there]))) if there.any() else 1.0
    weight = np.where(there, counts / grid.side**2 * _tukey(size / scale), 0.0)
    total = ndimage.gaussian_filter(left * weight[..., None], (_FIELD_SIGMA, _FIELD_SIGMA, 0))
    weights = ndimage.gaussian_filter(weight, _FIELD_SIGMA)
    mean = total / np.maximum(weights, 1e-6)[..., None]
    return spread(mean.astype(np.float32), np.clip(2.0 * weights, 0.0, 1.0).astype(np.float32))
