"""Antialiased resizing in float."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from velatura_protocol.geometry import Size

from ..engines.base import FloatImage, FloatMask


class Filter(Enum):
    """Each widens with the reduction, so none aliases; only Lanczos and bicubic overshoot edges."""

    BOX = Image.Resampling.BOX
    BILINEAR = Image.Resampling.BILINEAR
    BICUBIC = Image.Resampling.BICUBIC
    LANCZOS = Image.Resampling.LANCZOS


def resize(image: FloatImage, size: Size, kernel: Filter = Filter.LANCZOS) -> FloatImage:
    """A working array (H, W, 2 | 4) at another size; colour is weighed by its alpha.

    Without the weighing, colour hidden under alpha 0 would bleed into the edge. Where the result's
    alpha is 0 its colour is 0. Alpha stays in 0..1; colour may overshoot as the filter does.
    """
    if image.shape[:2] == (size.height, size.width):
        return image.copy()
    alpha = image[..., -1]
    if (alpha == 1.0).all():
        opaque = np.ones((size.height, size.width), np.float32)
        return np.dstack([*(_plane(image[..., c], size, kernel) for c in _colours(image)), opaque])
    small = _plane(alpha, size, kernel)
    visible = small > 0.0
    result = np.zeros((size.height, size.width, image.shape[2]), np.float32)
    for c in _colours(image):
        weighed = _plane(image[..., c] * alpha, size, kernel)
        np.divide(weighed, small, out=result[..., c], where=visible)
    result[..., -1] = np.clip(small, 0.0, 1.0)
    return result


def resize_mask(mask: FloatMask, size: Size, kernel: Filter = Filter.BOX) -> FloatMask:
    """A mask (H, W) at another size, in 0..1."""
    if mask.shape == (size.height, size.width):
        return mask.copy()
    return np.clip(_plane(mask, size, kernel), 0.0, 1.0)


def fitted(size: Size, max_side: int) -> Size:
    """``size`` scaled down so that its longer side is at most ``max_side``; never up, never 0."""
    longer = max(size.width, size.height)
    if longer <= max_side:
        return size
    scale = max_side / longer
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def _colours(image: FloatImage) -> range:
    return range(image.shape[2] - 1)


def _plane(plane: NDArray[np.float32], size: Size, kernel: Filter) -> NDArray[np.float32]:
    picture = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(picture.resize((size.width, size.height), kernel.value))
