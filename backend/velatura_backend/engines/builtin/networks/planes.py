"""Between pictures with straight alpha and the planes of colour that networks take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ...base import FloatImage
from ..premultiplied import compressed, expanded
from .models import Planes

_Sample = TypeVar("_Sample", bound=np.generic)

SPREAD = 8
"""How far colour is carried into full transparency, in pixels."""

_LEAST_ALPHA = 1.0 / 4096.0


@dataclass(frozen=True)
class Parted:
    """``colours`` (3, height, width), highlights compressed, finite, carried on for a little where
    nothing is visible: a network must not see an edge that nobody sees. ``alpha`` (height, width),
    None where all is opaque."""

    colours: Planes
    alpha: NDArray[np.float32] | None


def part(image: FloatImage) -> Parted:
    """A window of a picture, 2 or 4 channels; grey becomes three equal planes."""
    colours = np.nan_to_num(image[..., :-1], nan=0.0, posinf=0.0, neginf=0.0)
    planes = np.ascontiguousarray(np.moveaxis(compressed(colours), 2, 0), np.float32)
    if planes.shape[0] == 1:
        planes = np.repeat(planes, 3, axis=0)
    alpha = np.clip(np.nan_to_num(image[..., -1], nan=0.0), 0.0, 1.0)
    if (alpha == 1.0).all():
        return Parted(planes, None)
    return Parted(_carried_on(planes, alpha), alpha)


def join(planes: Planes, alpha: NDArray[np.float32] | None, channels: int) -> FloatImage:
    """(height, width, ``channels``); colour is 0 where alpha is next to nothing."""
    result = np.empty((*planes.shape[1:], channels), np.float32)
    colours = planes.mean(axis=0, keepdims=True) if channels == 2 else planes
    result[..., :-1] = expanded(np.moveaxis(colours, 0, 2))
    result[..., -1] = 1.0 if alpha is None else alpha
    if alpha is not None:
        result[alpha <= _LEAST_ALPHA, :-1] = 0.0
    return result


def _carried_on(planes: Planes, alpha: NDArray[np.float32]) -> Planes:
    """Each pass gives what is unknown the mean of its known neighbours, weighed by alpha."""
    weight = np.where(alpha > _LEAST_ALPHA, alpha, np.float32(0.0))
    known: Planes = np.where(weight > 0.0, planes, np.float32(0.0))
    for _ in range(SPREAD):
        unknown = weight == 0.0
        if not unknown.any() or unknown.all():
            break
        total = _neighbours(weight[None])[0]
        found = unknown & (total > 0.0)
        mean = _neighbours(known * weight)[:, found] / total[found]
        known[:, found] = mean
        weight[found] = 1.0
    return known


def _neighbours(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum over each pixel and the eight around it."""
    tall = planes.copy()
    tall[:, 1:] += planes[:, :-1]
    tall[:, :-1] += planes[:, 1:]
    total = tall.copy()
    total[..., 1:] += tall[..., :-1]
    total[..., :-1] += tall[..., 1:]
    return total


def within_neighbours(
    values: NDArray[np.float32], before: NDArray[np.float32]
) -> NDArray[np.float32]:
    """``values`` held between the least and the greatest of ``before``, which is smaller by a whole
    factor, in the 3x3 around each pixel: an alpha that was 0 or 1 stays so."""
    scale = values.shape[0] // before.shape[0]
    least, most = _extremes(before)
    return np.clip(values, repeated(least, scale), repeated(most, scale))


def in_range(planes: Planes, before: Planes) -> Planes:
    """Held in 0..1; where ``before`` is beyond, within what it is around there. Highlights are
    compressed: a little too much of one would be a lot of light."""
    if before.min() >= 0.0 and before.max() <= 1.0:
        return np.clip(planes, 0.0, 1.0)
    scale = planes.shape[1] // before.shape[1]
    result = planes.copy()
    for plane, small in zip(result, before, strict=True):
        least, most = _extremes(small)
        least, most = np.minimum(least, 0.0), np.maximum(most, 1.0)
        np.clip(plane, repeated(least, scale), repeated(most, scale), out=plane)
    return result


def _extremes(plane: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The least and the greatest of the 3x3 around each pixel."""
    least = np.asarray(ndimage.minimum_filter(plane, 3, mode="nearest"), np.float32)
    return least, np.asarray(ndimage.maximum_filter(plane, 3, mode="nearest"), np.float32)


def repeated(array: NDArray[_Sample], scale: int) -> NDArray[_Sample]:
    """Each pixel ``scale`` times along rows and columns."""
    return array.repeat(scale, axis=0).repeat(scale, axis=1)
