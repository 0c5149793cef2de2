"""Mosaic: rough square stones set along the forms, in grout."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...patchmatch.kernels import Flag, Floats, kernel
from ...patchmatch.lanes import Lanes
from .guide import Guide
from .marks import Canvas
from .noise import clamped, paper_noise, uniform
from .single import single

_FIELDS = 8


class Stones(NamedTuple):
    """``size``: of a stone, and ``grout``, the gap between, in pixels; ``variety``: of lightness.
    ``bevel``: how round the edges are. ``jitter``: of places, in sizes."""

    size: float
    grout: float
    variety: float = 0.06
    bevel: float = 0.25
    jitter: float = 0.3
    salt: int = 0


def set_stones(canvas: Canvas, guide: Guide, stones: Stones, lanes: Lanes) -> None:
    """Sets stones on the canvas, whose colour is the grout's; in place.

    :raises Cancelled: the order is to stop
    """
    height, width = canvas.height.shape
    rows, columns = int(height / stones.size) + 7, int(width / stones.size) + 7
    sites = np.empty((rows, columns, _FIELDS), np.float32)
    lanes.rows(_place, rows, columns, sites, guide, single(stones))
    lanes.rows(_set, height, width * 4, sites, single(stones), canvas.colour, canvas.height)


@kernel
def _place(
    start: int, stop: int, flag: Flag, serial: int, sites: Floats, guide: Guide, stones: Stones
) -> None:
    height, width = guide.tone.shape
    for row in range(start, stop):
        if flag[0] == serial:
            return
        for column in range(sites.shape[1]):
            site = sites[row, column]
            dx = uniform(column, row, stones.salt) - np.float32(0.5)
            dy = uniform(column, row, stones.salt + 1) - np.float32(0.5)
            cx = (column - 3 + np.float32(0.5) + stones.jitter * dx) * stones.size
            cy = (row - 3 + np.float32(0.5) + stones.jitter * dy) * stones.size
            gx = min(max(int(cx / guide.factor), 0), width - 1)
            gy = min(max(int(cy / guide.factor), 0), height - 1)
            site[0], site[1] = cx, cy
            site[2], site[3] = guide.cosine[gy, gx], guide.sine[gy, gx]
            light = stones.variety * (
                uniform(column, row, stones.salt + 2)
                + uniform(column, row, stones.salt + 3)
                - np.float32(1.0)
            )
            for c in range(3):
                shift = (
                    np.float32(0.5)
                    * stones.variety
                    * (uniform(column, row, stones.salt + 4 + c) - np.float32(0.5))
                )
                site[4 + c] = clamped(guide.colour[gy, gx, c] + light + shift)
            site[7] = uniform(column, row, stones.salt + 7)


@kernel
def _set(
    start: int, stop: int, flag: Flag, serial: int, sites: Floats, stones: Stones, colour: Floats,
    height: Floats,
) -> None:  # fmt: skip
    """Each pixel belongs to the site nearest in a measure half way between a circle and a square
    that lies along the form; where the second is as near there is grout."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        row = int(y / stones.size) + 3
        for x in range(colour.shape[1]):
            column = int(x / stones.size) + 3
            first = second = np.float32(1e9)
            best_row, best_column = row, column
            px, py = np.float32(x) + np.float32(0.5), np.float32(y) + np.float32(0.5)
            for r in range(max(0, row - 2), min(sites.shape[0], row + 3)):
                for k in range(max(0, column - 2), min(sites.shape[1], column + 3)):
                    site = sites[r, k]
                    dx, dy = px - site[0], py - site[1]
                    along = abs(dx * site[2] + dy * site[3])
                    across = abs(dy * site[2] - dx * site[3])
                    square = max(along, across)
                    away = np.float32(0.92) * square + np.float32(0.08) * (along + across)
                    if away < first:
                        second = first
                        first, best_row, best_column = away, r, k
                    elif away < second:
                        second = away
            site = sites[best_row, best_column]
            gap = (second - first) * np.float32(0.6) - np.float32(0.5) * stones.grout
            rough = paper_noise(
                px * np.float32(0.25), py * np.float32(0.25), stones.salt + 9
            ) - np.float32(0.5)
            cover = clamped(gap + rough * stones.grout * np.float32(0.6) + np.float32(0.5))
            edge = clamped(gap / (stones.bevel * stones.size))
            for c in range(3):
                stone = site[4 + c] + rough * np.float32(0.06)
                colour[y, x, c] += cover * (stone - colour[y, x, c])
            height[y, x] = cover * (
                np.float32(0.3) + np.float32(0.7) * edge + site[7] * np.float32(0.2)
            )
