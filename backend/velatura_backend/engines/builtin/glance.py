"""What a first preview of a large crop is made of: few of its pixels."""

from __future__ import annotations

import math

import numpy as np

from ..base import FloatImage

LARGE = 1 << 20
"""Pixels: a crop of more gets a coarse first preview, within 0.3 s."""

_COARSE = 100_000


def is_large(image: FloatImage) -> bool:
    return image.shape[0] * image.shape[1] > LARGE


def coarse(image: FloatImage) -> FloatImage:
    """Every so many pixels, about 100 000 in all; a copy. Picked and not averaged: that takes
    longer, and the average of noise is less of it."""
    step = max(1, math.ceil(math.sqrt(image.shape[0] * image.shape[1] / _COARSE)))
    return np.ascontiguousarray(image[::step, ::step])


def at_size(image: FloatImage, height: int, width: int) -> FloatImage:
    """The pixels in the middles of those of a picture of that size."""
    rows, columns = (
        ((np.arange(side) + 0.5) * full / side).astype(np.intp)
        for side, full in zip((height, width), image.shape[:2], strict=True)
    )
    return image[rows[:, None], columns[None]]
