"""Work on a large area in overlapping tiles that leave no seam.

Tiles are mixed by a running weighted mean, ``out += (tile − out) · w / W``: all weights over a
pixel sum to exactly once, and where tiles agree the difference is 0, so they come out to the last
bit. A plain sum of weighted tiles has neither property in floating point.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect, Size


def plan_tiles(area: Size, tile: int, overlap: int) -> tuple[Rect, ...]:
    """Equal, evenly spread tiles that cover ``area``, row by row.

    Sides are ``tile`` (the area's where that is shorter); neighbours overlap by at least
    ``overlap`` pixels.

    :raises ValueError: ``overlap`` is negative or not smaller than ``tile``
    """
    if not 0 <= overlap < tile:
        raise ValueError("tiles must be larger than their overlap")
    columns = _starts(area.width, tile, overlap)
    rows = _starts(area.height, tile, overlap)
    width, height = min(tile, area.width), min(tile, area.height)
    return tuple(Rect(x, y, width, height) for y in rows for x in columns)


def _starts(length: int, tile: int, overlap: int) -> list[int]:
    if length <= tile:
        return [0] if length else []
    count = math.ceil((length - overlap) / (tile - overlap))
    return [round(i * (length - tile) / (count - 1)) for i in range(count)]


class TileBlender:
    """Collects tiles of an area into one array (height, width, channels).

    A tile's weight rises from its inner edges over ``overlap`` pixels; edges on the area's border
    do not fall off. Results depend on the order of :meth:`add` in the last bit only.
    """

    def __init__(
        self, area: Size, channels: int, overlap: int, dtype: type[np.floating[Any]] = np.float32
    ) -> None:
        self._area = area
        self._overlap = overlap
        self._mixed = np.zeros((area.height, area.width, channels), dtype)
        self._weights = np.zeros((area.height, area.width), np.float64)

    def add(self, rect: Rect, pixels: NDArray[np.floating[Any]]) -> None:
        """Mix in the tile at ``rect``: (height, width, channels)."""
        window = (slice(rect.y, rect.bottom), slice(rect.x, rect.right))
        weight = np.outer(
            self._ramp(rect.y, rect.bottom, self._area.height),
            self._ramp(rect.x, rect.right, self._area.width),
        )
        self._weights[window] += weight
        share = (weight / self._weights[window])[..., None].astype(self._mixed.dtype)
        self._mixed[window] += (pixels - self._mixed[window]) * share

    def _ramp(self, start: int, end: int, length: int) -> NDArray[np.float64]:
        position = np.arange(end - start) + 1.0
        rising = position if start > 0 else np.full_like(position, np.inf)
        falling = position[::-1] if end < length else np.full_like(position, np.inf)
        return np.minimum(np.minimum(rising, falling) / (self._overlap + 1.0), 1.0)

    def result(self) -> NDArray[np.floating[Any]]:
        """The mixed area.

        :raises ValueError: some pixel has not been covered
        """
        if (self._weights == 0.0).any():
            raise ValueError("the tiles do not cover the area")
        return self._mixed
