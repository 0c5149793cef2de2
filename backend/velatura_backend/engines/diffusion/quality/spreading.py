"""Colours spread from where they are known over where they are not: pull and push over a pyramid
(Gortler et al., The Lumigraph, 1996). Smooth, without a scale of its own, in linear time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .checking import Check, unchecked

Values = NDArray[np.float32]
Weights = NDArray[np.float32]

_LEAST = 1e-6


def spread(values: Values, weights: Weights, check: Check = unchecked) -> Values:
    """``values`` (H, W, channels) where ``weights`` (H, W) is 1; in between mixed with, and at 0
    replaced by, what lies around. Zeros where no weight is anywhere."""
    if min(weights.shape) <= 1 and max(weights.shape) <= 1:
        return np.where(weights[..., None] > 0.0, values, np.float32(0.0))
    check()
    own = np.clip(weights, 0.0, 1.0)[..., None]
    coarse, coarse_weights = _pulled(values, own, check)
    around = _enlarged(spread(coarse, coarse_weights, check), weights.shape, check)
    check()
    around *= 1.0 - own
    check()
    around += own * values
    check()
    return np.where(own >= 1.0, values, around).astype(np.float32, copy=False)


def _pulled(values: Values, own: Weights, check: Check) -> tuple[Values, Weights]:
    """Half the size. A coarse pixel is certain as soon as one of its four is."""
    weighed = np.where(own > 0.0, values * own, np.float32(0.0))
    check()
    total = _quads(weighed)
    check()
    weight = _quads(own)
    mean = total / np.maximum(weight, _LEAST)
    return mean.astype(np.float32, copy=False), np.minimum(weight[..., 0], 1.0)


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
    made = np.empty((height, width, values.shape[2]), np.float32)
    for channel in range(values.shape[2]):
        check()
        plane = Image.fromarray(np.ascontiguousarray(values[..., channel]))
        enlarged = plane.resize((width, height), Image.Resampling.BILINEAR, box)
        made[..., channel] = np.asarray(enlarged)
    return made
