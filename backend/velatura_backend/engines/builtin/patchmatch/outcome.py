"""What a solver's padded features say about the picture."""

from __future__ import annotations

import numpy as np

from .distance import RADIUS
from .kernels import BoolMask, Floats
from .pyramid import Masks
from .search import Field
from .stages import Origins


def colours_of(features: Floats, channels: int, colours: int) -> Floats:
    planes = features.reshape(len(features), -1, channels)
    return planes[RADIUS:-RADIUS, RADIUS:-RADIUS, :colours]


def origins_of(field: Field, done: Floats, channels: int) -> Origins:
    inner = slice(RADIUS, -RADIUS)
    row, column = field.row[inner, inner], field.column[inner, inner]
    ys, xs = np.nonzero(field.target[inner, inner])
    pixels = field.features.reshape(len(field.features), -1, channels)
    tone = np.zeros(done.shape, np.float32)
    copied = pixels[row[ys, xs], column[ys, xs], : done.shape[2]]
    tone[ys, xs] = done[ys, xs] - copied
    return Origins(row - RADIUS, column - RADIUS, tone)


def guess_mean(features: Floats, masks: Masks, channels: int) -> None:
    inner = features.reshape(len(features), -1, channels)[RADIUS:-RADIUS, RADIUS:-RADIUS]
    inner[masks.hole] = inner[masks.known].mean(axis=0) if masks.known.any() else 0.0


def variance_of(image: Floats, source: BoolMask) -> float:
    """Summed over colours, of the pixels that may be copied."""
    places = np.flatnonzero(source)
    samples = image.reshape(-1, image.shape[2])[places[:: 1 + len(places) // 100_000]]
    return float(samples.var(axis=0).sum()) + 1e-4
