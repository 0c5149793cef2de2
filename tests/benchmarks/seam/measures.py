"""How far a fitted picture is from one that never shifted, and how a mask's outline looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.color import deltaE_ciede2000, rgb2lab

from .grounds import BoolMask, Picture

_STRIP = 4
_LOCAL = 4.0
"""Standard deviation along the outline, in pixels."""
_APART = 3 * _LOCAL


def difference(first: Picture, second: Picture, where: BoolMask) -> float:
    """Mean ΔE2000 of low frequencies (a Gaussian of 3 pixels: what a seam shows by)."""
    return float(_delta(_blurred(first, 3.0), _blurred(second, 3.0))[where].mean())


def edge_step(shown: Picture, mask: BoolMask, thing: BoolMask | None = None) -> float:
    """Mean ΔE2000 across the outline of ``mask``: a strip of four pixels inside against one
    outside, place by place. What the picture itself does there counts too, but not where ``thing``
    is near: a new thing is to be seen. NaN where that leaves nothing."""
    depth, distance = (_distance(each) for each in (mask, ~mask))
    outline = mask & (depth <= 1.0)
    if thing is not None and thing.any():
        outline &= _distance(~thing) > _APART
    if not outline.any():
        return float("nan")
    inside, outside = mask & (depth <= _STRIP), ~mask & (distance <= _STRIP)
    within, around = _local(shown, inside), _local(shown, outside)
    return float(_delta(within, around)[outline].mean())


def _local(shown: Picture, where: BoolMask) -> Picture:
    """Each place's mean over what of a strip is near."""
    weight = where[..., None].astype(np.float32)
    mean = _blurred(shown * weight, _LOCAL) / np.maximum(_blurred(weight, _LOCAL), 1e-6)
    return mean.astype(np.float32)


def _delta(first: Picture, second: Picture) -> NDArray[np.float64]:
    return deltaE_ciede2000(*(rgb2lab(np.clip(each, 0.0, 1.0)) for each in (first, second)))


def _blurred(picture: Picture, sigma: float) -> Picture:
    return np.asarray(ndimage.gaussian_filter(picture, sigma, axes=(0, 1)), np.float32)


def _distance(mask: BoolMask) -> NDArray[np.float32]:
    return np.asarray(ndimage.distance_transform_edt(mask), np.float32)
