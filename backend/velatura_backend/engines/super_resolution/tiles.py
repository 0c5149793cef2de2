"""Networks see a picture in tiles that overlap, and what they answer is faded into one another.

Away from its borders a tile's answer hardly depends on where the tile ends; next to them it does,
so that the outermost pixels are not used at all and the rest of the overlap is a linear fade.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""(channels, height, width), encoded colours, nominal 0..1."""

Answer = Callable[[Planes], Planes]
"""A tile in, the same tile out, larger by the network's scale."""

OVERLAP = 32
_UNUSED = 8


@dataclass(frozen=True)
class Span:
    """Of one axis, in the picture's own pixels."""

    start: int
    stop: int


def spans(length: int, tile: int) -> tuple[Span, ...]:
    """Of ``tile`` pixels each, overlapping by :data:`OVERLAP` at least; one where that is enough.

    The last begins where it ends at the picture's end, so that all are of one size.
    """
    if tile <= OVERLAP:
        raise ValueError(f"a tile of {tile} pixels is all overlap")
    if length <= tile:
        return (Span(0, length),)
    count = -(-(length - OVERLAP) // (tile - OVERLAP))
    starts = [index * (length - tile) // (count - 1) for index in range(count)]
    return tuple(Span(start, start + tile) for start in starts)


def weights(span: Span, length: int, scale: int) -> NDArray[np.float32]:
    """How much each pixel of the tile counts along one axis, enlarged by ``scale``. Borders of the
    picture are no borders between tiles."""
    size = (span.stop - span.start) * scale
    unused, fade = _UNUSED * scale, (OVERLAP - 2 * _UNUSED) * scale
    ramp = np.clip((np.arange(size, dtype=np.float32) + 0.5 - unused) / fade, 0.0, 1.0)
    result = np.ones(size, np.float32)
    if span.start > 0:
        result = np.minimum(result, ramp)
    if span.stop < length:
        result = np.minimum(result, ramp[::-1])
    return result


def tiled(planes: Planes, scale: int, tile: int, answer: Answer) -> Iterator[Planes]:
    """The enlarged picture in strips of rows, from top to bottom, each as soon as no further tile
    reaches into it."""
    height = planes.shape[1]
    rows = spans(height, tile)
    total: Planes | None = None
    count: Planes | None = None
    done = 0
    for index, row in enumerate(rows):
        band, share = _band(planes, row, scale, tile, answer)
        if total is not None and count is not None:
            kept = total.shape[1]
            band[:, :kept] += total
            share[:, :kept] += count
        last = index + 1 == len(rows)
        finished = (height if last else rows[index + 1].start) * scale - done
        yield band[:, :finished] / share[:, :finished]
        total, count = band[:, finished:], share[:, finished:]
        done += finished


def _band(
    planes: Planes, row: Span, scale: int, tile: int, answer: Answer
) -> tuple[Planes, Planes]:
    """Weighted sums over the tiles of one row, and their weights."""
    channels, height, width = planes.shape
    size = ((row.stop - row.start) * scale, width * scale)
    total = np.zeros((channels, *size), np.float32)
    share = np.zeros((1, *size), np.float32)
    down = weights(row, height, scale)[:, None]
    for column in spans(width, tile):
        weight = down * weights(column, width, scale)[None]
        part = planes[:, row.start : row.stop, column.start : column.stop]
        place = slice(column.start * scale, column.stop * scale)
        total[:, :, place] += answer(part) * weight
        share[:, :, place] += weight
    return total, share
