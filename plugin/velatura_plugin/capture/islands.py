"""Where a mask has anything, as a few rectangles far apart from each other.

Pure Python on bytes: rows are combined as big integers, so that a 16-megapixel mask takes some
15 ms (see tests/benchmarks) and no host needs numpy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Pixels

CELL = 32
"""Side of a cell of the coarse grid, in pixels."""

MAX_ISLANDS = 48
"""More places than this are joined with their neighbours: each costs a crop of its own."""


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

    Works on blocks of ``reach`` by ``reach`` cells, and on blocks side by side as one: a full mask
    is as cheap as a sparse one.
    """
    rows = _spans(runs, reach)
    spans = [span for row in sorted(rows) for span in rows[row]]
    leaders = list(range(len(spans)))
    start = 0
    for row in sorted(rows):
        end = start + len(rows[row])
        following = range(end, end + len(rows.get(row + 1, ())))
        for one, other in _touching(spans, range(start, end), following):
            leaders[_leader(leaders, one)] = _leader(leaders, other)
        start = end
    groups: dict[int, Rect] = {}
    for index, span in enumerate(spans):
        leader = _leader(leaders, index)
        groups[leader] = groups.get(leader, span.bounds).union(span.bounds)
    return list(groups.values())


@dataclass(frozen=True)
class _Span:
    """Blocks side by side, from column ``first`` to ``last``; ``bounds`` of their cells."""

    first: int
    last: int
    bounds: Rect


def _spans(runs: list[_Run], reach: int) -> dict[int, list[_Span]]:
    """By row of blocks, from left to right."""
    rows: dict[int, list[_Span]] = {}
    for row, first, last in sorted(runs, key=lambda run: (run[0] // reach, run[1])):
        spans = rows.setdefault(row // reach, [])
        bounds = Rect(first, row, last + 1 - first, 1)
        before = spans[-1] if spans else None
        if before is not None and first // reach <= before.last + 1:
            furthest = max(before.last, last // reach)
            spans[-1] = _Span(before.first, furthest, before.bounds.union(bounds))
        else:
            spans.append(_Span(first // reach, last // reach, bounds))
    return rows


def _touching(spans: list[_Span], row: range, following: range) -> Iterator[tuple[int, int]]:
    """Pairs from two rows of blocks, one below the other, that touch, if only at a corner."""
    upper, lower = row.start, following.start
    while upper < row.stop and lower < following.stop:
        one, other = spans[upper], spans[lower]
        if one.first <= other.last + 1 and other.first <= one.last + 1:
            yield upper, lower
        if one.last < other.last:
            upper += 1
        else:
            lower += 1


def _leader(leaders: list[int], index: int) -> int:
    while leaders[index] != index:
        leaders[index] = leaders[leaders[index]]
        index = leaders[index]
    return index


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
