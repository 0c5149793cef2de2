"""Says which coloured shape a picture shows under a mask, by hue and area alone: no network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from tests.models.scenes.compose import HUES
from tests.models.scenes.shapes import shape_distance
from tests.models.scenes.words import Colour, Shape

SATURATED = 0.55  # grounds stay under 0.5, shapes are drawn over 0.8
BRIGHT = 0.4
LARGE, PURE, FITTING = 0.04, 0.7, 0.7  # half a disc fits a disc by 0.64
TURNS = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True)
class Finding:
    """What lies under the mask.

    ``colour``, ``shape``: of the largest saturated patch of one colour, none where there is
    hardly any. ``area``: that patch's share of the mask. ``purity``: its colour's share of all
    that is saturated there. ``fit``: overlap (intersection over union) with the shape named.
    """

    colour: Colour | None
    shape: Shape | None
    area: float
    purity: float
    fit: float

    def shows(self, colour: Colour, shape: Shape) -> bool:
        """Whether that shape in that colour is what one would say is there."""
        return (self.colour, self.shape) == (colour, shape) and (
            self.area >= LARGE and self.purity >= PURE and self.fit >= FITTING
        )


NOTHING = Finding(None, None, 0.0, 0.0, 0.0)


def colour_index(picture: NDArray[np.floating] | NDArray[np.uint8]) -> NDArray[np.int8]:
    """The nearest colour's place in `Colour` for each saturated pixel, -1 for the others.

    ``picture`` is ``(height, width, 3)``, sRGB: uint8, or floats 0 to 1.
    """
    scale = 255 if picture.dtype == np.uint8 else 1
    rgb = np.clip(picture.astype(np.float32) / scale, 0, 1)
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    spread = np.maximum(high - low, 1e-6)
    red, green, blue = np.moveaxis(rgb, -1, 0)
    sector = np.where(
        high == red,
        (green - blue) / spread % 6,
        np.where(high == green, (blue - red) / spread + 2, (red - green) / spread + 4),
    )
    hues = np.asarray([HUES[colour] for colour in Colour], np.float32)
    away = np.abs((sector[..., None] * 60 - hues + 180) % 360 - 180)
    saturated = (spread > SATURATED * high) & (high > BRIGHT)
    return np.where(saturated, away.argmin(axis=-1), -1).astype(np.int8)


@cache
def _unit_area(shape: Shape) -> float:
    """The shape's area at radius 1."""
    return float((shape_distance(shape, (240, 240), (120, 120), 100) < 0).sum()) / 100**2


@cache
def _unit_middle(shape: Shape) -> tuple[float, float]:
    """The shape's centre of mass at radius 1, (y, x) from its centre."""
    rows, columns = np.nonzero(shape_distance(shape, (240, 240), (120, 120), 100) < 0)
    return (float(rows.mean()) - 119.5) / 100, (float(columns.mean()) - 119.5) / 100


def _cropped(patch: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is set, with room around it: a star's points reach beyond a disc of its area."""
    rows, columns = np.nonzero(patch)
    room = int(np.sqrt(len(rows)) / 2) + 2
    tall, wide = np.s_[rows.min() : rows.max() + 1], np.s_[columns.min() : columns.max() + 1]
    return np.pad(patch[tall, wide], room)


def shape_fit(patch: NDArray[np.bool_], shape: Shape) -> float:
    """The best overlap of ``patch`` with ``shape`` at its place, area and any slight turn."""
    patch = _cropped(patch)
    rows, columns = np.nonzero(patch)
    radius = float(np.sqrt(len(rows) / _unit_area(shape)))
    middle, best = _unit_middle(shape), 0.0
    for turn in TURNS:
        cosine, sine = np.cos(turn), np.sin(turn)
        y = rows.mean() + 0.5 - radius * (middle[0] * cosine + middle[1] * sine)
        x = columns.mean() + 0.5 - radius * (middle[1] * cosine - middle[0] * sine)
        drawn = shape_distance(shape, patch.shape, (y, x), radius, turn) < 0
        overlap = np.count_nonzero(drawn & patch) / np.count_nonzero(drawn | patch)
        best = max(best, float(overlap))
    return best


def _largest(patches: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels = np.zeros(patches.shape, np.int32)
    label(patches, output=labels)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax()


def found(picture: NDArray[np.floating] | NDArray[np.uint8], mask: NDArray[np.bool_]) -> Finding:
    """What ``picture`` ``(height, width, 3)`` shows where ``mask`` is true."""
    colours = np.where(mask, colour_index(picture), -1)
    counts = np.bincount(colours[colours >= 0], minlength=len(Colour))
    if not mask.any() or counts.sum() < 0.01 * np.count_nonzero(mask):
        return NOTHING
    patch = _largest(colours == counts.argmax())
    fits = {shape: shape_fit(patch, shape) for shape in Shape}
    shape = max(fits, key=lambda one: fits[one])
    return Finding(
        tuple(Colour)[counts.argmax()],
        shape,
        float(np.count_nonzero(patch) / np.count_nonzero(mask)),
        float(counts.max() / counts.sum()),
        fits[shape],
    )
