"""Holes too large to be searched at full size: solved on a smaller picture, copied in the full one.

The smaller solution tells each pixel where it comes from and how its tone differs from what lies
there. Both hold at full size, where they need no search and no memory beyond the hole's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..base import FloatImage
from .patchmatch.kernels import BoolMask, Floats
from .patchmatch.lanes import Lanes
from .patchmatch.pyramid import Masks
from .patchmatch.stages import Origins
from .premultiplied import to_working

Places = NDArray[np.intp]

_MOST_PIXELS = 12_500_000
_MOST_UNKNOWNS = 2_000_000
_STRIP_PIXELS = 1 << 17
"""Worked on between two looks at the cancel flag."""


def halvings_for(masks: Masks) -> int:
    """How often a picture is to be halved before it is searched."""
    halvings, unknowns = 0, np.count_nonzero(masks.hole)
    while (
        masks.hole.size >> 2 * halvings > _MOST_PIXELS or unknowns >> 2 * halvings > _MOST_UNKNOWNS
    ):
        halvings += 1
    return halvings


def reduced_masks(masks: Masks, halvings: int) -> Masks:
    for _ in range(halvings):
        masks = masks.halved()
    return masks


def reduced(
    image: FloatImage, known: BoolMask, halvings: int, opaque: bool, lanes: Lanes
) -> Floats:
    """The working colours at 1 / 2^halvings of the size: means of the known pixels."""
    cell = 1 << halvings
    height, width = (-(-side // cell) for side in known.shape)
    colours = image.shape[2] - opaque
    small = np.zeros((height, width, colours), np.float32)
    strip = max(1, _STRIP_PIXELS // (known.shape[1] * cell))
    for top in range(0, height, strip):
        lanes.check()
        rows = slice(top * cell, (top + strip) * cell)
        there = known[rows]
        working = to_working(image[rows], opaque) * there[..., None]
        totals = _cells(working, cell)
        counts = _cells(there[..., None].astype(np.float32), cell)
        small[top : top + strip] = totals / np.maximum(counts, 1.0)
    return small


def _cells(values: Floats, cell: int) -> Floats:
    """Sums over squares; beyond the far edges there is nothing."""
    height, width, channels = values.shape
    rows, columns = -(-height // cell), -(-width // cell)
    even = np.zeros((rows * cell, columns * cell, channels), np.float32)
    even[:height, :width] = values
    return even.reshape(rows, cell, columns, cell, channels).sum(axis=(1, 3), dtype=np.float32)


def enlarged(
    image: FloatImage, hole: BoolMask, origins: Origins, halvings: int, opaque: bool, lanes: Lanes
) -> Iterator[tuple[Places, Places, Floats]]:
    """Rows, columns and working colours of the hole's pixels, strip by strip.

    ``image``, ``hole``: full size; ``origins``: of the smaller solution.
    """
    strip = max(1, _STRIP_PIXELS // hole.shape[1])
    for top in range(0, hole.shape[0], strip):
        ys, xs = np.nonzero(hole[top : top + strip])
        if not len(ys):
            continue
        lanes.check()
        ys += top
        coarse_y, coarse_x = ys >> halvings, xs >> halvings
        offset_y = (origins.row[coarse_y, coarse_x] - coarse_y) << halvings
        offset_x = (origins.column[coarse_y, coarse_x] - coarse_x) << halvings
        copied = to_working(image[ys + offset_y, xs + offset_x][:, None], opaque)[:, 0]
        lanes.check()
        yield ys, xs, copied + _tones(origins, ys, xs, halvings)


def _tones(origins: Origins, ys: Places, xs: Places, halvings: int) -> Floats:
    """Bilinear between cells that were copied with the same offset, so that no tone runs over the
    joint of two copies."""
    row, column, tone = origins.row, origins.column, origins.tone
    cell = 1 << halvings
    own_y, own_x = ys >> halvings, xs >> halvings
    total = np.zeros((len(ys), tone.shape[2]), np.float32)
    weights = np.zeros(len(ys), np.float32)
    across_y, toward_y = _shares(ys, own_y, cell)
    across_x, toward_x = _shares(xs, own_x, cell)
    for down in (0, 1):
        for right in (0, 1):
            y = np.clip(own_y + down * toward_y, 0, tone.shape[0] - 1)
            x = np.clip(own_x + right * toward_x, 0, tone.shape[1] - 1)
            same = row[y, x] - y == row[own_y, own_x] - own_y
            same &= column[y, x] - x == column[own_y, own_x] - own_x
            share = (across_y if down else 1.0 - across_y) * (across_x if right else 1.0 - across_x)
            weight = (share * same).astype(np.float32)
            total += weight[:, None] * tone[y, x]
            weights += weight
    return total / weights[:, None]


def _shares(places: Places, own: Places, cell: int) -> tuple[NDArray[np.float64], Places]:
    """How much of the neighbouring cell a pixel sees, and on which side it lies."""
    offset = (places - own * cell + 0.5) / cell - 0.5
    return np.abs(offset), np.where(offset < 0.0, -1, 1)
