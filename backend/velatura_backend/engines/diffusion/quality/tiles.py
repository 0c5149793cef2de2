"""Tiles that a picture larger than any model is refined in, without any of them showing.

Painted one after another: where a tile overlaps what is painted already, that is held (its denoise
mask rises from 0 at the border), so that it continues what is there; then it is mixed in with the
same slope. Tones are held to the picture's own: a tile may not be a shade darker than the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from velatura_protocol.geometry import Rect, Size

from ....imaging.banded import in_bands
from ....imaging.tiling import plan_tiles
from ...base import FloatMask
from ..painting.contract import RgbImage, Traits
from .checking import Check, unchecked
from .plan import Frame, frame_of

_MULTIPLE = 16
_HELD = 1.0
_TONE_SIGMA = 16.0


@dataclass(frozen=True)
class Tile:
    """``mask``: (height, width) of the tile's region, in 0..1: how much of it is its own."""

    frame: Frame
    mask: FloatMask


def overlap_for(strength: float, wanted: int) -> int:
    """The more is changed, the more room two tiles need to agree."""
    if wanted:
        return wanted
    return _MULTIPLE * math.ceil((32.0 + 128.0 * strength) / _MULTIPLE)


def tiles_for(size: Size, traits: Traits, overlap: int) -> tuple[Tile, ...]:
    """Row by row; all but tiny pictures in tiles of the model's own size."""
    side = _side(traits)
    overlap = min(overlap, side // 2)
    rects = plan_tiles(size, side, overlap)
    return tuple(
        Tile(frame_of(rect, traits), _own(rect, rects[:number]))
        for number, rect in enumerate(rects)
    )


def _side(traits: Traits) -> int:
    multiple = math.lcm(traits.multiple, _MULTIPLE)
    native = min(math.sqrt(traits.native_area), traits.max_side)
    return max(multiple, int(native) // multiple * multiple)


def _own(rect: Rect, earlier: tuple[Rect, ...]) -> FloatMask:
    """Rises over each overlap with an earlier tile from that tile's side."""
    mask = np.ones((rect.height, rect.width), np.float32)
    for other in earlier:
        shared = rect.intersection(other)
        if shared.is_empty:
            continue
        if other.y < rect.y and other.x == rect.x:
            mask[: shared.height] *= _slope(shared.height)[:, None]
        elif other.x < rect.x and other.y == rect.y:
            mask[:, : shared.width] *= _slope(shared.width)[None, :]
    return mask


def _slope(length: int) -> FloatMask:
    """A smooth step over the middle of an overlap: at its very borders nothing changes."""
    position = (np.arange(length, dtype=np.float32) + 0.5) / length
    return (position * position * (3.0 - 2.0 * position)).astype(np.float32)


def with_tones_of(painted: RgbImage, before: RgbImage, check: Check = unchecked) -> RgbImage:
    """``painted`` with the low frequencies of what it was painted over, both (height, width, 3)."""

    def blurred(values: RgbImage) -> RgbImage:
        """Along rows; across them it is the same of what lies on its side."""
        made = ndimage.gaussian_filter1d(values, _TONE_SIGMA, 1, mode="nearest", truncate=2.5)
        return np.asarray(made, np.float32)

    shift = in_bands(check, np.subtract, before, painted)
    shift = in_bands(check, blurred, shift.swapaxes(0, 1)).swapaxes(0, 1)
    shift = in_bands(check, blurred, shift)
    return in_bands(check, lambda a, b: a + np.float32(_HELD) * b, painted, shift)


def rows_of(tiles: tuple[Tile, ...]) -> Iterator[tuple[Tile, float, float]]:
    """Each tile with where its share of the progress starts and how long it is."""
    areas = [each.frame.outer.area for each in tiles]
    for number, tile in enumerate(tiles):
        yield tile, sum(areas[:number]) / sum(areas), areas[number] / sum(areas)
