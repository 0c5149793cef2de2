"""Between a crop with straight alpha and any range, and the three plain channels a painter sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....imaging.banded import all_in_bands, in_bands
from ...base import FloatImage
from ..painting.contract import RgbImage
from .checking import Check, unchecked
from .spreading import spread

BoolMask = NDArray[np.bool_]

_LEAST_ALPHA = 1.0 / 64.0
"""Below it 8 bits have no colour left to speak of."""

_REC709 = np.array((0.2126, 0.7152, 0.0722), np.float32)


@dataclass(frozen=True)
class Canvas:
    """``colours``: what a painter may see, in 0..1; where nothing is visible, what is visible next
    to it. ``known``: (height, width), where the crop itself is that colour: visible and finite.
    """

    colours: RgbImage
    known: BoolMask


def canvas_of(image: FloatImage, check: Check = unchecked) -> Canvas:
    """Of (height, width, 2 | 4).

    Weighed by alpha while it is spread, so that what is hardly visible hardly counts. Where nothing
    is visible at all it is white, as paper is.
    """
    finite = all_finite(image, check)
    alpha = in_bands(check, _seen_alpha, finite, image)
    rgb = in_bands(check, _seen_colours, finite, image)
    known = in_bands(check, lambda a, b: a & (b > 0.0), finite, alpha)
    if not known.any():
        return Canvas(in_bands(check, np.ones_like, rgb), known)
    if not all_in_bands(check, lambda band: band >= _LEAST_ALPHA, alpha):
        around = spread(rgb, alpha, check)
        rgb = in_bands(check, _filled_up, rgb, alpha, around)
    return Canvas(rgb, known)


def _seen_alpha(finite: BoolMask, image: FloatImage) -> NDArray[np.float32]:
    return np.where(finite, np.clip(image[..., -1], 0.0, 1.0), np.float32(0.0))


def _seen_colours(finite: BoolMask, image: FloatImage) -> RgbImage:
    colours = np.where(finite[..., None], image[..., :-1], np.float32(0.0))
    rgb = np.clip(np.repeat(colours, 3, axis=2) if image.shape[2] == 2 else colours, 0.0, 1.0)
    return rgb.astype(np.float32, copy=False)


def _filled_up(rgb: RgbImage, alpha: NDArray[np.float32], around: RgbImage) -> RgbImage:
    return np.where(alpha[..., None] < _LEAST_ALPHA, around, rgb)


def all_finite(image: FloatImage, check: Check = unchecked) -> BoolMask:
    """(height, width): where every channel is."""
    return in_bands(check, _finite, image)


def _finite(image: FloatImage) -> BoolMask:
    """Channel by channel, which is five times as fast as along a short last axis."""
    finite = np.isfinite(image[..., 0])
    for channel in range(1, image.shape[2]):
        finite &= np.isfinite(image[..., channel])
    return finite


def to_crop(
    painted: RgbImage, alpha: NDArray[np.float32], channels: int, check: Check = unchecked
) -> FloatImage:
    """Straight alpha again, grey by its luminance (Rec. 709) where the crop is grey; colour under
    alpha 0 is 0."""
    return in_bands(check, lambda a, b: _band_of_crop(a, b, channels), painted, alpha)


def _band_of_crop(painted: RgbImage, alpha: NDArray[np.float32], channels: int) -> FloatImage:
    colours = painted if channels == 4 else (painted @ _REC709)[..., None]
    visible = np.where(alpha[..., None] > 0.0, colours, np.float32(0.0))
    return np.dstack([visible, alpha]).astype(np.float32, copy=False)


def beyond(image: FloatImage) -> NDArray[np.float32]:
    """(height, width, 1 | 3): what of the crop's colours a painter was not shown, because they are
    darker than black or brighter than white. Comes back to what is only changed."""
    colours = np.nan_to_num(image[..., :-1], nan=0.0, posinf=0.0, neginf=0.0)
    return colours - np.clip(colours, 0.0, 1.0)
