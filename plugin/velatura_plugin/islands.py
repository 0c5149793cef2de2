"""Where a mask has anything, as a few rectangles far apart from each other.

Pure Python on bytes: rows are combined as big integers, so that a 16-megapixel mask takes some
15 ms (see tests/benchmarks) and no host needs numpy.
"""

from __future__ import annotations

import re

from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Pixels

CELL = 32
"""Side of a cell of the coarse grid, in pixels."""

MAX_ISLANDS = 48
"""More places than this are joined with their neighbours: each costs a crop of its own."""


_Cell = tuple[int, int]
_Run = tuple[int, int, int]
"""Cells side by side that hold something: their row, the first column, the last."""

_STRIDE = 1 << 16


def is_blank(mask: Pixels) -> bool:
    # Comparing bytes is a memcmp: 2 ms for 12 megapixels, where any() takes a hundred times that.
    data = memoryview(mask.data).cast("B")
    zeros = bytes(min(len(data), _STRIDE))
    return all(
        bytes(data[start : start + _STRIDE]) == zeros[: len(data) - start]
        for start in range(0, len(data), _STRIDE)
    )


def islands(mask: Pixels, gap: int) -> list[Rect]:
    """Tight bounds of the mask's places, in the mask's own pixels, from top to bottom.

    Places nearer to each other than ``gap`` pixels count as one, those more than twice as far apart
    as two, unless their bounds overlap. The mask is 8-bit grey.
    """
    bands = _bands(mask)
    runs = _occupied(bands)
    reach = max(1, -(-gap // CELL))
    groups = _connected(runs, reach)
    while len(groups) > MAX_ISLANDS:
        reach *= 2
        groups = _connected(runs, reach)
    canvas = Rect.of_size(mask.size)
    bounds = [_tight(mask, bands, _in_pixels(group).intersection(canvas)) for group in groups]
    return sorted(_disjoint(bounds), key=lambda rect: (rect.y, rect.x))


def _disjoint(rects: list[Rect]) -> list[Rect]:
    """Those that overlap are one: the bounds of an L may hold a part of what lies in its corner."""
    waiting = list(rects)
    done: list[Rect] = []
    while waiting:
        rect = waiting.pop()
        other = next((each for each in done if not each.intersection(rect).is_empty), None)
        if other is None:
            done.append(rect)
        else:
            done.remove(other)
            waiting.append(other.union(rect))
    return done


def _bands(mask: Pixels) -> list[bytes]:
    """For each row of cells, the bitwise or of its rows of pixels."""
    height = mask.size.height
    return [_rows_together(mask, top, min(top + CELL, height)) for top in range(0, height, CELL)]


def _occupied(bands: list[bytes]) -> list[_Run]:
    """The cells of the grid that hold anything but 0."""
    runs: list[_Run] = []
    for row, band in enumerate(bands):
        for run in re.finditer(rb"[^\0]+", _cells(band)):
            runs.append((row, run.start(), run.end() - 1))
    return runs


def _cells(band: bytes) -> bytes:
    """One byte for each cell of a band, 0 where it holds nothing."""
    together, width = int.from_bytes(band, "little"), CELL
    while width > 1:
        # Each byte becomes the or of itself and as many of its right neighbours.
        width //= 2
        together |= together >> 8 * width
    return together.to_bytes(len(band), "little")[::CELL]


def _rows_together(mask: Pixels, top: int, bottom: int) -> bytes:
    """The bitwise or of some rows."""
    width = mask.size.width
    data = memoryview(mask.data).cast("B")
    rows = bytes(data[top * width : bottom * width])
    if rows == rows[:width] * (bottom - top):
        return rows[:width]
    together = 0
    for start in range(0, len(rows), width):
        together |= int.from_bytes(rows[start : start + width], "little")
    return together.to_bytes(width, "little")


def _connected(runs: list[_Run], reach: int) -> list[Rect]:
    """Bounds, in cells, of groups: cells at most ``reach`` apart are together, those twice as far
    are not.

    Works on blocks of ``reach`` by ``reach`` cells: a full mask is as cheap as a sparse one.
    """
    blocks = _blocks(runs, reach)
    groups: list[Rect] = []
    while blocks:
        block, bounds = blocks.popitem()
        pending = [block]
        for column, row in pending:
            for near in _neighbours(column, row):
                if near in blocks:
                    bounds = bounds.union(blocks.pop(near))
                    pending.append(near)
        groups.append(bounds)
    return groups


def _blocks(runs: list[_Run], reach: int) -> dict[_Cell, Rect]:
    """Bounds of what each block holds, in cells."""
    edges: dict[_Cell, tuple[int, int, int, int]] = {}
    for row, first, last in runs:
        for column in range(first // reach, last // reach + 1):
            left, right = max(first, column * reach), min(last + 1, (column + 1) * reach)
            block = (column, row // reach)
            known = edges.get(block)
            # Plain numbers: a full mask has thousands of these, and a Rect checks itself.
            if known is not None:
                left, right = min(left, known[0]), max(right, known[2])
            edges[block] = (left, row if known is None else known[1], right, row + 1)
    return {block: Rect.from_edges(*each) for block, each in edges.items()}


def _neighbours(column: int, row: int) -> list[_Cell]:
    return [(column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


def _in_pixels(cells: Rect) -> Rect:
    return Rect.from_edges(cells.x * CELL, cells.y * CELL, cells.right * CELL, cells.bottom * CELL)


def _tight(mask: Pixels, bands: list[bytes], bounds: Rect) -> Rect:
    """``bounds``, which are whole cells, without empty rows and columns at their edges."""
    data = memoryview(mask.data).cast("B")
    width = mask.size.width

    def has_any(y: int) -> bool:
        start = y * width + bounds.x
        return any(bytes(data[start : start + bounds.width]).lstrip(b"\0")[:1])

    top = next(y for y in range(bounds.y, bounds.bottom) if has_any(y))
    bottom = next(y for y in range(bounds.bottom - 1, top - 1, -1) if has_any(y))
    together = 0
    for band in bands[bounds.y // CELL : -(-bounds.bottom // CELL)]:
        together |= int.from_bytes(band[bounds.x : bounds.right], "little")
    columns = together.to_bytes(bounds.width, "little")
    left = len(columns) - len(columns.lstrip(b"\0"))
    right = len(columns.rstrip(b"\0"))
    return Rect.from_edges(bounds.x + left, top, bounds.x + right, bottom + 1)
