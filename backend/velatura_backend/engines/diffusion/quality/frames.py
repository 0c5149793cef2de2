"""Pixels into a frame and back: scaled once, padded to what the painter needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect, Size

from ....imaging.banded import copied_in_bands, in_bands, row_bands
from ....imaging.resize import Filter, resampled
from ...base import FloatMask
from ..painting.contract import RgbImage
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
    return resampled(image, size, kernel, check=check)


def floats_of(mask: NDArray[np.bool_], check: Check = unchecked) -> FloatMask:
    return in_bands(check, lambda band: band.astype(np.float32), mask)


def scaled_mask(mask: FloatMask, size: Size, check: Check = unchecked) -> FloatMask:
    """Smooth, in 0..1."""
    if mask.shape == (size.height, size.width):
        return mask
    made = resampled(mask[..., None], size, Filter.BILINEAR, check=check)[..., 0]
    return in_bands(check, lambda band: np.clip(band, 0.0, 1.0), made)


def into_frame(frame: Frame, image: RgbImage, check: Check = unchecked) -> RgbImage:
    """``image``: the region's pixels. What is padded mirrors what is there: a model continues a
    hard border into the picture."""
    return _padded(scaled(image, frame.inner, check=check), frame, check)


def mask_into_frame(frame: Frame, mask: FloatMask, check: Check = unchecked) -> FloatMask:
    """``mask``: the region's. What is padded mirrors it too, for so does the picture."""
    return _padded(scaled_mask(mask, frame.inner, check), frame, check)


def unpadded(frame: Frame, painted: RgbImage) -> RgbImage:
    return painted[: frame.inner.height, : frame.inner.width]


def _padded(values: NDArray[np.float32], frame: Frame, check: Check) -> NDArray[np.float32]:
    height, width = values.shape[:2]
    if (height, width) == (frame.outer.height, frame.outer.width):
        return values if values.flags.c_contiguous else copied_in_bands(check, values)
    down = np.pad(np.arange(height), (0, frame.outer.height - height), mode="symmetric")
    across = np.pad(np.arange(width), (0, frame.outer.width - width), mode="symmetric")
    made = np.empty((len(down), len(across), *values.shape[2:]), np.float32)
    for rows in row_bands(len(down), len(across)):
        check()
        made[rows] = values[down[rows]][:, across]
    return made
