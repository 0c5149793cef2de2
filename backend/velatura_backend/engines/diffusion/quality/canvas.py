"""Between a crop with straight alpha and any range, and the three plain channels a painter sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...base import FloatImage
from ..painting import RgbImage
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
    alpha = np.where(finite, np.clip(image[..., -1], 0.0, 1.0), np.float32(0.0))
    colours = np.where(finite[..., None], image[..., :-1], np.float32(0.0))
    rgb = np.clip(np.repeat(colours, 3, axis=2) if image.shape[2] == 2 else colours, 0.0, 1.0)
    check()
    known = finite & (alpha > 0.0)
    if not known.any():
        return Canvas(np.ones_like(rgb), known)
    if bool((alpha < _LEAST_ALPHA).any()):
        rgb = np.where(alpha[..., None] < _LEAST_ALPHA, spread(rgb, alpha, check), rgb)
    return Canvas(rgb.astype(np.float32, copy=False), known)


def all_finite(image: FloatImage, check: Check = unchecked) -> BoolMask:
    """(height, width): where every channel is; channel by channel, which is five times as fast as
    along a short last axis."""
    finite = np.isfinite(image[..., 0])
    for channel in range(1, image.shape[2]):
        check()
        finite &= np.isfinite(image[..., channel])
    check()
    return finite


def to_crop(painted: RgbImage, alpha: NDArray[np.float32], channels: int) -> FloatImage:
    """Straight alpha again, grey by its luminance (Rec. 709) where the crop is grey; colour under
    alpha 0 is 0."""
    colours = painted if channels == 4 else (painted @ _REC709)[..., None]
    visible = np.where(alpha[..., None] > 0.0, colours, np.float32(0.0))
    return np.dstack([visible, alpha]).astype(np.float32, copy=False)


def beyond(image: FloatImage) -> NDArray[np.float32]:
    """(height, width, 1 | 3): what of the crop's colours a painter was not shown, because they are
    darker than black or brighter than white. Comes back to what is only changed."""
    colours = np.nan_to_num(image[..., :-1], nan=0.0, posinf=0.0, neginf=0.0)
    return colours - np.clip(colours, 0.0, 1.0)
