"""Between a task's straight alpha and the solver's plain colours."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..base import FloatImage
from .patchmatch.lanes import Lanes

_LEAST_ALPHA = 1.0 / 4096.0
_MOST = np.float32(89.7)
"""The greatest float32 has a logarithm of 88.72."""
_BRIGHTEST = np.finfo(np.float32).max


def to_working(image: FloatImage, opaque: bool | None = None) -> NDArray[np.float32]:
    """Premultiplied and compressed colours, then alpha unless all of it is 1, or unless it is known
    to be ``opaque``.

    Highlights beyond 1 are compressed logarithmically, both ways from zero: one star of value 1000
    would otherwise decide every squared difference it takes part in. 0..1 is left as it is.
    Values that are not finite count as 0.
    """
    colours = np.nan_to_num(image[..., :-1], nan=0.0, posinf=0.0, neginf=0.0)
    alpha = np.clip(np.nan_to_num(image[..., -1:], nan=0.0), 0.0, 1.0)
    if np.all(alpha == 1.0) if opaque is None else opaque:
        return np.ascontiguousarray(compressed(colours))
    return np.concatenate([compressed(colours * alpha), alpha], axis=2)


def from_working(working: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """(…, ``channels``) straight alpha again; where alpha is next to nothing colour is 0."""
    if working.shape[-1] == channels - 1:
        opaque = np.ones((*working.shape[:-1], 1), np.float32)
        return np.concatenate([expanded(working), opaque], axis=-1)
    alpha = np.clip(working[..., -1:], 0.0, 1.0)
    premultiplied = expanded(working[..., :-1])
    visible = alpha > _LEAST_ALPHA
    with np.errstate(over="ignore"):
        colours = np.where(visible, premultiplied / np.where(visible, alpha, 1.0), 0.0)
    np.clip(colours, -_BRIGHTEST, _BRIGHTEST, out=colours)
    return np.concatenate([colours, alpha], axis=-1).astype(np.float32, copy=False)


def working_of(image: FloatImage, lanes: Lanes, opaque: bool | None = None) -> NDArray[np.float32]:
    """:func:`to_working` of a large picture.

    :raises Cancelled: the order is to stop
    """
    if opaque is None:
        opaque = is_opaque(image, lanes)
    return lanes.over(partial(to_working, opaque=opaque), image)


def straight_of(working: NDArray[np.float32], channels: int, lanes: Lanes) -> NDArray[np.float32]:
    """:func:`from_working` of a large picture.

    :raises Cancelled: the order is to stop
    """
    return lanes.over(partial(from_working, channels=channels), working)


def is_opaque(image: FloatImage, lanes: Lanes) -> bool:
    """:raises Cancelled: the order is to stop"""
    return lanes.all(lambda band: band[..., -1] >= 1.0, image)


def compressed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """0..1 as it is; beyond, the logarithm, both ways from zero."""
    size = np.abs(values)
    if not np.any(size > 1.0):
        return values
    return np.where(size > 1.0, np.sign(values) * (1.0 + np.log(np.maximum(size, 1.0))), values)


def expanded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """:func:`compressed` undone. What an engine added to the brightest there is stays finite."""
    size = np.minimum(np.abs(values), _MOST)
    if not np.any(size > 1.0):
        return values
    return np.where(size > 1.0, np.sign(values) * np.exp(np.maximum(size, 1.0) - 1.0), values)
