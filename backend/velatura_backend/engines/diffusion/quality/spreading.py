"""Colours spread from where they are known over where they are not: pull and push over a pyramid
(Gortler et al., The Lumigraph, 1996). Smooth, without a scale of its own, in linear time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Size

from ....imaging.banded import in_bands, row_bands
from ....imaging.resize import Filter, resampled
from .checking import Check, unchecked

Values = NDArray[np.float32]
Weights = NDArray[np.float32]

_LEAST = 1e-6


def spread(values: Values, weights: Weights, check: Check = unchecked) -> Values:
    """``values`` (H, W, channels) where ``weights`` (H, W) is 1; in between mixed with, and at 0
    replaced by, what lies around. Zeros where no weight is anywhere."""
    if min(weights.shape) <= 1 and max(weights.shape) <= 1:
        return np.where(weights[..., None] > 0.0, values, np.float32(0.0))
    own = in_bands(check, lambda band: np.clip(band, 0.0, 1.0)[..., None], weights)
    coarse, coarse_weights = _pulled(values, own, check)
    around = _enlarged(spread(coarse, coarse_weights, check), weights.shape, check)
    for rows in row_bands(*weights.shape):
        check()
        around[rows] = _mixed(values[rows], own[rows], around[rows])
    return around


def _mixed(values: Values, own: Weights, around: Values) -> Values:
    around *= 1.0 - own
    around += own * values
    return np.where(own >= 1.0, values, around).astype(np.float32, copy=False)


def _pulled(values: Values, own: Weights, check: Check) -> tuple[Values, Weights]:
    """Half the size. A coarse pixel is certain as soon as one of its four is."""
    height, width = own.shape[:2]
    shape = (height + 1) // 2, (width + 1) // 2
    mean, weight = np.empty((*shape, values.shape[2]), np.float32), np.empty(shape, np.float32)
    for rows in row_bands(shape[0], 2 * width):
        check()
        below = slice(2 * rows.start, 2 * rows.stop)
        share = own[below]
        counts = _quads(share)
        total = _quads(np.where(share > 0.0, values[below] * share, np.float32(0.0)))
        mean[rows] = total / np.maximum(counts, _LEAST)
        weight[rows] = np.minimum(counts[..., 0], 1.0)
    return mean, weight


def _quads(values: Values) -> Values:
    height, width, channels = values.shape
    even = np.zeros((height + height % 2, width + width % 2, channels), np.float32)
    even[:height, :width] = values
    # Several times as fast as a sum over two axes of length two.
    rows = even[0::2] + even[1::2]
    quads: Values = np.asarray(rows[:, 0::2] + rows[:, 1::2], np.float32)
    return quads


def _enlarged(values: Values, shape: tuple[int, ...], check: Check) -> Values:
    """Bilinear; a coarse pixel lies over exactly two by two."""
    height, width = shape
    box = (0.0, 0.0, width / 2.0, height / 2.0)
    return resampled(values, Size(width, height), Filter.BILINEAR, box, check)
