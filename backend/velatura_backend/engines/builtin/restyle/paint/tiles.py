"""Mosaic: rough square stones set along the forms, in grout."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...patchmatch.kernels import Flag, Floats, Indices, Real, inlined, kernel
from ...patchmatch.lanes import Lanes
from .guide import Guide
from .marks import Canvas
from .noise import clamped, paper_noise, uniform
from .single import single

_FIELDS = 8
_ROUNDS = 7
_SAMPLES = 7.0
"""A side of a stone, when its middle is looked for."""


class Stones(NamedTuple):
    """``size``: of a stone, and ``grout``, the gap between, in pixels; ``variety``: of lightness.
    ``bevel``: how round the edges are. ``jitter``: of places, in sizes."""

    size: float
    grout: float
    variety: float = 0.06
    bevel: float = 0.25
    jitter: float = 0.8
    salt: int = 0


def set_stones(canvas: Canvas, guide: Guide, stones: Stones, lanes: Lanes) -> None:
    """Sets stones on the canvas, whose colour is the grout's; in place.

    :raises Cancelled: the order is to stop
    """
    height, width = canvas.height.shape
    rows, columns = int(height / stones.size) + 7, int(width / stones.size) + 7
    sites = np.empty((rows, columns, _FIELDS), np.float32)
    lanes.rows(_place, rows, columns, sites, single(stones))
    lanes.rows(_turn, rows, columns, sites, guide)
    for _ in range(_ROUNDS):
        _relax(sites, stones, (height, width), lanes)
        lanes.rows(_turn, rows, columns, sites, guide)
    lanes.rows(_tint, rows, columns, sites, guide, single(stones))
    lanes.rows(_set, height, width * 4, sites, single(stones), canvas.colour, canvas.height)


def _relax(sites: Floats, stones: Stones, size: tuple[int, int], lanes: Lanes) -> None:
    """Each site to the middle of what belongs to it: in this measure stones come to lie side by
    side in rows along the forms (Hausner, Simulating Decorative Mosaics, SIGGRAPH 2001)."""
    step = max(1.0, stones.size / _SAMPLES)
    rows, columns = int(size[0] / step) + 1, int(size[1] / step) + 1
    owner = np.empty((rows, columns), np.int32)
    lanes.rows(_own, rows, columns * 4, sites, single(stones), np.float32(step), owner)
    flat, count = owner.ravel(), len(sites) * sites.shape[1]
    weight = np.bincount(flat, minlength=count)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    lanes.check()
    owned = weight > 0
    for field, place in ((0, x), (1, y)):
        middle = np.bincount(flat, place.ravel(), count)
        lanes.check()
        goal = (middle[owned] / weight[owned] + 0.5) * step
        sites.reshape(count, _FIELDS)[owned, field] = goal


@kernel
def _place(start: int, stop: int, flag: Flag, serial: int, sites: Floats, stones: Stones) -> None:
    for row in range(start, stop):
        if flag[0] == serial:
            return
        for column in range(sites.shape[1]):
            dx = uniform(column, row, stones.salt) - np.float32(0.5)
            dy = uniform(column, row, stones.salt + 1) - np.float32(0.5)
            sites[row, column, 0] = (
                column - 3 + np.float32(0.5) + stones.jitter * dx
            ) * stones.size
            sites[row, column, 1] = (row - 3 + np.float32(0.5) + stones.jitter * dy) * stones.size


@kernel
def _turn(start: int, stop: int, flag: Flag, serial: int, sites: Floats, guide: Guide) -> None:
    """Along the form where the site lies."""
    height, width = guide.tone.shape
    for row in range(start, stop):
        if flag[0] == serial:
            return
        for column in range(sites.shape[1]):
            site = sites[row, column]
            gx = min(max(int(site[0] / guide.factor), 0), width - 1)
            gy = min(max(int(site[1] / guide.factor), 0), height - 1)
            site[2], site[3] = guide.cosine[gy, gx], guide.sine[gy, gx]


@kernel
def _tint(
    start: int, stop: int, flag: Flag, serial: int, sites: Floats, guide: Guide, stones: Stones
) -> None:
    height, width = guide.tone.shape
    for row in range(start, stop):
        if flag[0] == serial:
            return
        for column in range(sites.shape[1]):
            site = sites[row, column]
            gx = min(max(int(site[0] / guide.factor), 0), width - 1)
            gy = min(max(int(site[1] / guide.factor), 0), height - 1)
            salt = stones.salt + 2
            light = uniform(column, row, salt) + uniform(column, row, salt + 1) - np.float32(1.0)
            for c in range(3):
                shift = np.float32(0.5) * (uniform(column, row, salt + 2 + c) - np.float32(0.5))
                value = guide.colour[gy, gx, c] + stones.variety * (light + shift)
                site[4 + c] = clamped(value)
            site[7] = uniform(column, row, salt + 5)


@inlined
def _away(site: Floats, px: Real, py: Real) -> Real:
    """A measure whose circles are squares, a little rounded, that lie along the form."""
    dx, dy = px - site[0], py - site[1]
    along, across = abs(dx * site[2] + dy * site[3]), abs(dy * site[2] - dx * site[3])
    square = max(along, across)
    return np.float32(0.92) * square + np.float32(0.08) * (along + across)


@kernel
def _own(
    start: int, stop: int, flag: Flag, serial: int, sites: Floats, stones: Stones, step: Real,
    owner: Indices,
) -> None:  # fmt: skip
    for y in range(start, stop):
        if flag[0] == serial:
            return
        py = (np.float32(y) + np.float32(0.5)) * step
        row = int(py / stones.size) + 3
        for x in range(owner.shape[1]):
            px = (np.float32(x) + np.float32(0.5)) * step
            column = int(px / stones.size) + 3
            best = np.float32(1e9)
            for r in range(max(0, row - 2), min(sites.shape[0], row + 3)):
                for k in range(max(0, column - 2), min(sites.shape[1], column + 3)):
                    away = _away(sites[r, k], px, py)
                    if away < best:
                        best = away
                        owner[y, x] = r * sites.shape[1] + k


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
                    away = _away(sites[r, k], px, py)
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
