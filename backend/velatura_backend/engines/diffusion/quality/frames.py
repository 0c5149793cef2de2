"""Pixels into a frame and back: scaled once, padded to what the painter needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from velatura_protocol.geometry import Rect, Size

from ....imaging.resize import Filter
from ...base import FloatMask
from ..painting import RgbImage
from .checking import Check, unchecked
from .plan import Frame

Window = tuple[slice, slice]


def window(rect: Rect) -> Window:
    return slice(rect.y, rect.bottom), slice(rect.x, rect.right)


def scaled(
    image: RgbImage, size: Size, kernel: Filter = Filter.LANCZOS, check: Check = unchecked
) -> RgbImage:
    """(H, W, any channels) at another size; itself where it has that."""
    if image.shape[:2] == (size.height, size.width):
        return image
    shape = (size.height, size.width, image.shape[2])
    made = np.empty(shape, np.float32)
    for channel in range(image.shape[2]):
        check()
        made[..., channel] = _plane(image[..., channel], size, kernel)
    check()
    return made


def scaled_mask(mask: FloatMask, size: Size) -> FloatMask:
    """Smooth, in 0..1."""
    if mask.shape == (size.height, size.width):
        return mask
    return np.clip(_plane(mask, size, Filter.BILINEAR), 0.0, 1.0)


def into_frame(frame: Frame, image: RgbImage, check: Check = unchecked) -> RgbImage:
    """``image``: the region's pixels. What is padded mirrors what is there: a model continues a
    hard border into the picture."""
    return _padded(scaled(image, frame.inner, check=check), frame)


def mask_into_frame(frame: Frame, mask: FloatMask) -> FloatMask:
    """``mask``: the region's. What is padded mirrors it too, for so does the picture."""
    return _padded(scaled_mask(mask, frame.inner), frame)


def out_of_frame(frame: Frame, painted: RgbImage) -> RgbImage:
    """The region's pixels out of the painter's rectangle."""
    return scaled(unpadded(frame, painted), frame.region.size)


def unpadded(frame: Frame, painted: RgbImage) -> RgbImage:
    return painted[: frame.inner.height, : frame.inner.width]


def _padded(values: NDArray[np.float32], frame: Frame) -> NDArray[np.float32]:
    below, right = (
        frame.outer.height - frame.inner.height,
        frame.outer.width - frame.inner.width,
    )
    if not below and not right:
        return np.ascontiguousarray(values)
    more = ((0, below), (0, right)) + ((0, 0),) * (values.ndim - 2)
    return np.pad(values, more, mode="symmetric")


def _plane(plane: NDArray[np.float32], size: Size, kernel: Filter) -> NDArray[np.float32]:
    picture = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(picture.resize((size.width, size.height), kernel.value))
