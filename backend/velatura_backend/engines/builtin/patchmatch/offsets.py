"""Offset statistics: by which steps a picture repeats itself (He and Sun, Statistics of Patch
Offsets for Image Completion, ECCV 2012).

Bricks, weaves and façades are gone on a coarse level, or at odds with its grid, and what is pasted
there is out of step ever after. Their steps are the minima of the mean difference between the
picture and itself moved, over what is known: three correlations. A fill that starts by copying at
such steps is in step from the beginning.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .distance import RADIUS
from .field import Level
from .kernels import Floats
from .lanes import Lanes

_LEAST_STEP = 5
_LIGHT = 25
"""Pixels; slower changes are light and shade, not pattern."""

_LEAST_OVERLAP = 0.2
_ALIKE = 0.7
"""Of the difference that two unrelated pictures have: a picture with no step below it does not
repeat itself. Gravel has 0.91, bricks 0.74, written lines 0.64, a weave 0.08."""

_LEAST_VARIANCE = 1e-6
_UNKNOWN = 2.0

_MOST_STEPS = 64

Steps = NDArray[np.int64]
"""(count, 2) rows and columns, the best first."""


def repeating_steps(level: Level, channels: int, colours: int, lanes: Lanes) -> Steps | None:
    """Those of a level's known pixels; None where nothing repeats."""
    known = level.present & ~level.hole
    planes = level.field.features.reshape(len(level.hole), -1, channels)
    luminance = np.where(known, planes[..., :colours].mean(axis=2), np.float32(0.0))
    share = ndimage.uniform_filter(known.astype(np.float32), _LIGHT)
    light = ndimage.uniform_filter(luminance, _LIGHT) / np.maximum(share, 1e-3)
    pattern = np.where(known, luminance - light, np.float32(0.0)).astype(np.float32)
    lanes.check()
    difference = _difference(pattern, known)
    lanes.check()
    if difference is None:
        return None
    return _minima(difference)


def _difference(pattern: Floats, known: NDArray[np.bool_]) -> Floats | None:
    """(2 rows - 1, 2 columns - 1), no step in the middle: 0 the same, 1 unrelated; None where there
    is no pattern at all."""
    weight = known.astype(np.float32)
    if float((pattern**2).sum()) < _LEAST_VARIANCE * float(weight.sum()):
        return None
    size = [1 << (2 * side - 2).bit_length() for side in pattern.shape]
    ones, values, squares = (np.fft.rfft2(each, size) for each in (weight, pattern, pattern**2))
    overlap = np.fft.irfft2(ones * np.conj(ones), size)
    both = np.fft.irfft2(ones * np.conj(squares) + squares * np.conj(ones), size)
    alike = np.fft.irfft2(values * np.conj(values), size)
    enough = overlap >= _LEAST_OVERLAP * float(weight.sum())
    mean = np.where(enough, 1.0 - 2.0 * alike / np.maximum(both, 1e-6), _UNKNOWN)
    height, width = pattern.shape
    centred = np.roll(mean, (height - 1, width - 1), axis=(0, 1))
    return centred[: 2 * height - 1, : 2 * width - 1].astype(np.float32)


def _minima(difference: Floats) -> Steps | None:
    middle_y, middle_x = (side // 2 for side in difference.shape)
    least = ndimage.minimum_filter(difference, 2 * (_LEAST_STEP // 2) + 1, mode="nearest")
    ys, xs = np.nonzero((difference == least) & (difference < _ALIKE))
    steps = np.stack([ys - middle_y, xs - middle_x], axis=1)
    far = np.hypot(steps[:, 0], steps[:, 1]) >= _LEAST_STEP
    if not far.any():
        return None
    steps, values = steps[far], difference[ys[far], xs[far]]
    order = np.argsort(values, kind="stable")[:_MOST_STEPS]
    return steps[order]


def start_in_step(level: Level, steps: Steps) -> None:
    """Every target starts at the best step that leads to a patch that may be copied; others stay
    as they are."""
    field = level.field
    ys, xs = np.nonzero(field.target)
    height, width = field.valid.shape
    for down, across in steps:
        sy, sx = ys + down, xs + across
        inside = (sy >= RADIUS) & (sx >= RADIUS) & (sy < height - RADIUS) & (sx < width - RADIUS)
        usable = np.zeros(len(ys), np.bool_)
        usable[inside] = field.valid[sy[inside], sx[inside]]
        field.row[ys[usable], xs[usable]] = sy[usable]
        field.column[ys[usable], xs[usable]] = sx[usable]
        ys, xs = ys[~usable], xs[~usable]
