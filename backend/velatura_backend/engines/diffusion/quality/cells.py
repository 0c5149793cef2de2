"""A picture's means over square cells: what low frequencies are fitted on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

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
        size = (self.width, self.height)
        made = np.empty((self.height, self.width, field.shape[2]), np.float32)
        for channel in range(field.shape[2]):
            check()
            plane = Image.fromarray(np.ascontiguousarray(field[..., channel], np.float32))
            made[..., channel] = np.asarray(plane.resize(size, Image.Resampling.BICUBIC, box))
        return made

    def _sums(self, values: Values) -> Values:
        rows, columns = self.shape
        even = np.zeros((rows * self.side, columns * self.side, values.shape[2]), np.float32)
        even[: self.height, : self.width] = values
        cells = even.reshape(rows, self.side, columns, self.side, values.shape[2])
        return cells.sum(axis=(1, 3), dtype=np.float32)


def grid_over(height: int, width: int) -> Grid:
    """About a hundred cells across."""
    return Grid(max(_SMALLEST, math.ceil(math.sqrt(height * width) / _ACROSS)), height, width)


def reduced(values: Values, cell: int) -> Values:
    """(height, width, channels): means of squares of ``cell`` pixels; itself for 1."""
    if cell == 1:
        return values
    planes = [
        np.asarray(Image.fromarray(np.ascontiguousarray(values[..., c])).reduce(cell))
        for c in range(values.shape[2])
    ]
    return np.dstack(planes)


def share_of(mask: BoolMask, cell: int) -> Values:
    """(rows, columns): of each square of ``cell`` pixels, how much is in the mask."""
    return reduced(mask[..., None].astype(np.float32), cell)[..., 0]
