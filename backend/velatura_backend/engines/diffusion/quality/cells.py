"""A picture's means over square cells: what low frequencies are fitted on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from velatura_protocol.geometry import Size

from ....imaging.banded import in_bands, row_bands
from ....imaging.resize import Filter, resampled
from .checking import Check, unchecked

Values = NDArray[np.float32]
BoolMask = NDArray[np.bool_]

_ACROSS = 96
_SMALLEST = 4


@dataclass(frozen=True)
class Grid:
    """Cells of ``side`` pixels over a picture of ``height`` x ``width``; those at the right and
    below may reach out of it."""

    side: int
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        return -(-self.height // self.side), -(-self.width // self.side)

    def counts(self, where: BoolMask) -> Values:
        """How many pixels of each cell."""
        return self._sums(where[..., None].astype(np.float32))[..., 0]

    def means(self, values: Values, where: BoolMask, counts: Values) -> Values:
        """(rows, columns, channels) over the pixels ``where``; 0 where there are none."""
        total = self._sums(np.where(where[..., None], values, np.float32(0.0)))
        return (total / np.maximum(counts, 1.0)[..., None]).astype(np.float32, copy=False)

    def centres(self) -> tuple[Values, Values]:
        """Row and column of each cell's centre in units of the picture's longer side, 0 in the
        picture's middle: (rows, 1) and (1, columns)."""
        rows, columns = self.shape
        longer = max(self.height, self.width)
        down = ((np.arange(rows) + 0.5) * self.side - 0.5 * self.height) / longer
        across = ((np.arange(columns) + 0.5) * self.side - 0.5 * self.width) / longer
        return down.astype(np.float32)[:, None], across.astype(np.float32)[None, :]

    def enlarged(self, field: Values, check: Check = unchecked) -> Values:
        """(rows, columns, channels) smoothly over the picture's pixels."""
        box = (0.0, 0.0, self.width / self.side, self.height / self.side)
        return resampled(field, Size(self.width, self.height), Filter.BICUBIC, box, check)

    def _sums(self, values: Values) -> Values:
        rows, columns = self.shape
        even = np.zeros((rows * self.side, columns * self.side, values.shape[2]), np.float32)
        even[: self.height, : self.width] = values
        cells = even.reshape(rows, self.side, columns, self.side, values.shape[2])
        return cells.sum(axis=(1, 3), dtype=np.float32)


def grid_over(height: int, width: int) -> Grid:
    """About a hundred cells across."""
    return Grid(max(_SMALLEST, math.ceil(math.sqrt(height * width) / _ACROSS)), height, width)


def reduced(values: Values, cell: int, check: Check = unchecked) -> Values:
    """(height, width, channels): means of squares of ``cell`` pixels; itself for 1."""
    if cell == 1:
        return values
    height, width, channels = values.shape
    made = np.empty((-(-height // cell), -(-width // cell), channels), np.float32)
    for rows in row_bands(len(made), cell * width):
        check()
        band = values[cell * rows.start : cell * rows.stop]
        for channel in range(channels):
            plane = Image.fromarray(np.ascontiguousarray(band[..., channel]))
            made[rows, :, channel] = np.asarray(plane.reduce(cell))
    return made


def share_of(mask: BoolMask, cell: int, check: Check = unchecked) -> Values:
    """(rows, columns): of each square of ``cell`` pixels, how much is in the mask."""
    return reduced(in_bands(check, _as_floats, mask), cell, check)[..., 0]


def _as_floats(mask: BoolMask) -> Values:
    return mask[..., None].astype(np.float32)
