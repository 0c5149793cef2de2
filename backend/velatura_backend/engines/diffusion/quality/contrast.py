"""The step that all of a mask's outline has in common, told from what the picture does there.

Means of strips on either side differ by themselves as textures do, by more than a shift of tone.
But a texture goes on from pixel to pixel where a shift does not, and most of an outline runs
through places where little happens. So of all contrasts between the pixels inside and those outside
the one is taken that varies least along the outline (the best linear unbiased estimate, with the
covariance that the outline itself shows: where what was painted continues the texture it looks at
the nearest pixels and how they go on, where it does not, at means); quiet places weigh more, and
those that are far off, because an object begins there, nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..painting.contract import RgbImage
from .checking import Check, unchecked
from .robust import Doubles, tukey, weighted_median

BoolMask = NDArray[np.bool_]

_REACH = 6
"""Pixels to either side. With 4 twice as much is left on grass, 10 do no better."""

_MOST_CROSSINGS = 1 << 14
"""That anything is estimated from; of more, every second, third … one."""

_ROUNDS = 4
_QUIET = 0.25
"""Of the median unrest, which every place has at least."""

_RIDGE = 1e-3
"""Of the mean variance: so that nothing is believed to cancel to the last bit."""

_LEAST_VARIANCE = 1e-9
_LEAST_UNREST = 1e-6
_LEAST_SCALE = 0.75 / 255.0

_LEAST_STRETCHES = 5.0
_CERTAIN = 1.6
"""Standard errors."""

_FEW = 3.0
"""A deviation known from so few stretches is known to half."""

_MOST_STEP = 0.06
"""What is much larger is something that was painted there, not a shift."""


@dataclass(frozen=True)
class _Crossings:
    """Straight lines of pixels across the outline, along rows and columns. ``inside`` and
    ``outside``: flat places, (crossings, _REACH), the nearest first."""

    inside: NDArray[np.intp]
    outside: NDArray[np.intp]


def common_step(
    painted: RgbImage, picture: RgbImage, hole: BoolMask, known: BoolMask, stretch: int,
    check: Check = unchecked,
) -> NDArray[np.float32]:  # fmt: skip
    """(3,): what to add inside, as far as the outline's stretches of ``stretch`` pixels agree."""
    crossings = _crossings(hole, known & ~hole, check)
    if not len(crossings.inside):
        return np.zeros(3, np.float32)
    within = painted.reshape(-1, 3)[crossings.inside].astype(np.float64)
    around = picture.reshape(-1, 3)[crossings.outside].astype(np.float64)
    check()
    steps, weights = _contrasted(within, around, check)
    place = crossings.inside[:, 0]
    rows, columns = place // hole.shape[1] // stretch, place % hole.shape[1] // stretch
    return _believed(-steps, weights, rows * hole.shape[1] + columns)


def _crossings(hole: BoolMask, outside: BoolMask, check: Check) -> _Crossings:
    places: NDArray[np.intp] = np.arange(hole.size).reshape(*hole.shape)
    check()
    down = _down(hole, outside, places)
    check()
    across = _down(hole.T, outside.T, places.T)
    inside, around = (np.concatenate(each) for each in zip(down, across, strict=True))
    every = -(-len(inside) // _MOST_CROSSINGS) or 1
    return _Crossings(inside[::every], around[::every])


def _down(
    hole: BoolMask, outside: BoolMask, places: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Along columns."""
    above, column = np.nonzero(hole[1:] != hole[:-1])
    whole = (above >= _REACH - 1) & (above < len(hole) - _REACH)
    above, column = above[whole, None], column[whole, None]
    deep = np.arange(_REACH)
    upward, downward = above - deep, above + 1 + deep
    begins_above = hole[above, column]
    within = np.where(begins_above, upward, downward)
    around = np.where(begins_above, downward, upward)
    clean = hole[within, column].all(axis=1) & outside[around, column].all(axis=1)
    return places[within, column][clean], places[around, column][clean]


def _contrasted(within: Doubles, around: Doubles, check: Check) -> tuple[Doubles, Doubles]:
    """How much higher the inside is at each crossing, (crossings, 3), and what that weighs."""
    values = np.concatenate([within, around], axis=1)
    unrest = np.maximum(within.var(axis=1).sum(axis=1), around.var(axis=1).sum(axis=1))
    own = 1.0 / (unrest + _QUIET * np.median(unrest) + _LEAST_UNREST)
    steps = np.einsum("nkc,k->nc", values, _straight_on())
    middle = np.array([weighted_median(steps[:, c], own) for c in range(3)])
    weights = _near(steps - middle, own)
    for _ in range(_ROUNDS):
        check()
        mean = np.average(values, axis=0, weights=weights)
        steps = np.einsum("nkc,k->nc", values, _quietest(values - mean, weights))
        weights = _near(steps - np.average(steps, axis=0, weights=weights), own)
    return steps, weights


def _straight_on() -> Doubles:
    """To begin with: each side as its two nearest pixels go on."""
    side = np.zeros(_REACH)
    side[:2] = 1.5, -0.5
    return np.concatenate([side, -side])


def _near(off: Doubles, own: Doubles) -> Doubles:
    """Their own weights, less the further off they are."""
    size = np.linalg.norm(off, axis=1)
    return own * tukey(size / max(_LEAST_SCALE, weighted_median(size, own)))


def _quietest(deviations: Doubles, weights: Doubles) -> Doubles:
    """(2 · _REACH,): sums to 1 over the inside and to -1 over the outside; of all such the one
    whose product with the ``deviations`` is smallest."""
    flat = deviations.transpose(0, 2, 1).reshape(-1, 2 * _REACH)
    shares = np.repeat(weights / weights.sum(), 3)[:, None]
    covariance = flat.T @ (flat * shares)
    covariance -= covariance.mean(axis=0) + covariance.mean(axis=1)[:, None] - covariance.mean()
    ridge = _RIDGE * np.trace(covariance) / len(covariance) + _LEAST_VARIANCE
    sides = np.repeat(np.eye(2), _REACH, axis=0)
    answer = np.linalg.solve(covariance + ridge * np.eye(len(covariance)), sides)
    return answer @ np.linalg.solve(sides.T @ answer, np.array((1.0, -1.0)))


def _believed(steps: Doubles, weights: Doubles, stretch: NDArray[np.intp]) -> NDArray[np.float32]:
    """Their mean, less the less certain it is: pixels next to each other err alike, so it is the
    stretches whose scatter tells."""
    if weights.sum() <= 0.0:
        return np.zeros(3, np.float32)
    _, number = np.unique(stretch, return_inverse=True)
    each = np.bincount(number, weights)
    sums = np.stack([np.bincount(number, weights * steps[:, c]) for c in range(3)], axis=1)
    middle = sums.sum(axis=0) / each.sum()
    shares = np.square(each / each.sum())
    pieces = 1.0 / float(shares.sum())
    if pieces < _LEAST_STRETCHES:
        return np.zeros(3, np.float32)
    off = np.square(sums / np.maximum(each, 1e-12)[:, None] - middle).sum(axis=1)
    error = float((shares * off).sum()) * pieces / (pieces - 1.0)
    certain = np.square(_CERTAIN * (1.0 + _FEW / pieces)) * error
    size = float(np.square(middle).sum())
    if size <= certain:
        return np.zeros(3, np.float32)
    likely = np.exp(-((np.abs(middle).max() / _MOST_STEP) ** 4))
    return ((1.0 - certain / size) * likely * middle).astype(np.float32)
