"""Divides a crop's hole into places that are filled one after another.

Far-apart islands are places of their own, each with the surroundings it needs. Thin masks (wires,
text, scratches) that span the picture are cut into tiles: what fills a wire is next to it, and a
tile's cost does not grow with the picture's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from velatura_protocol.geometry import Rect

from .patchmatch.kernels import BoolMask
from .patchmatch.lanes import Lanes
from .patchmatch.regions import depth_inside

_BLOCK = 16
_MIN_MARGIN = 96
_TILE = 320
_TILE_OVERLAP = 12
_THIN = 24.0
_TILE_MARGIN = 64


@dataclass(frozen=True)
class Place:
    """``crop``: what is looked at. ``core``: where the result is kept; the hole is solved a little
    beyond it, in ``reach``, so that neighbouring tiles agree."""

    crop: Rect
    core: Rect
    reach: Rect


def find_places(hole: BoolMask, lanes: Lanes) -> list[Place]:
    """The places of a hole that has at least one pixel, top to bottom."""
    places: list[Place] = []
    canvas = Rect(0, 0, hole.shape[1], hole.shape[0])
    for bounds in _islands(hole):
        part = np.ascontiguousarray(hole[bounds.y : bounds.bottom, bounds.x : bounds.right])
        longer = max(bounds.width, bounds.height)
        thin = longer > _TILE and 2.0 * float(depth_inside(part, lanes).max()) <= _THIN
        if thin:
            places.extend(_tiles(hole, bounds, canvas))
        else:
            crop = bounds.grown(max(_MIN_MARGIN, longer)).intersection(canvas)
            places.append(Place(crop, bounds, bounds))
    return places


def _islands(hole: BoolMask) -> Iterator[Rect]:
    """Bounds of groups of blocks that touch, in pixels; groups whose bounds overlap are one."""
    height, width = hole.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    blocks = np.zeros((rows * _BLOCK, columns * _BLOCK), np.bool_)
    blocks[:height, :width] = hole
    occupied = blocks.reshape(rows, _BLOCK, columns, _BLOCK).any(axis=(1, 3))
    labels = np.zeros(occupied.shape, np.int32)
    ndimage.label(occupied, structure=np.ones((3, 3)), output=labels)
    rects = [
        Rect.from_edges(xs.start, ys.start, xs.stop, ys.stop)
        for ys, xs in ndimage.find_objects(labels)
    ]
    for rect in sorted(_merged(rects), key=lambda each: (each.y, each.x)):
        inner = blocks[
            rect.y * _BLOCK : rect.bottom * _BLOCK, rect.x * _BLOCK : rect.right * _BLOCK
        ]
        ys, xs = np.flatnonzero(inner.any(axis=1)), np.flatnonzero(inner.any(axis=0))
        yield Rect.from_edges(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1).translated(
            rect.x * _BLOCK, rect.y * _BLOCK
        )


def _merged(rects: list[Rect]) -> list[Rect]:
    """Overlapping ones united, until none overlap."""
    merged: list[Rect] = []
    for rect in rects:
        current = rect
        while True:
            touching = [each for each in merged if not each.intersection(current).is_empty]
            if not touching:
                break
            merged = [each for each in merged if each not in touching]
            for each in touching:
                current = current.union(each)
        merged.append(current)
    return merged


def _tiles(hole: BoolMask, bounds: Rect, canvas: Rect) -> Iterator[Place]:
    """Equal tiles over ``bounds``; those without a pixel of the hole are left out."""
    rows, columns = -(-bounds.height // _TILE), -(-bounds.width // _TILE)
    for row in range(rows):
        for column in range(columns):
            core = Rect.from_edges(
                bounds.x + bounds.width * column // columns,
                bounds.y + bounds.height * row // rows,
                bounds.x + bounds.width * (column + 1) // columns,
                bounds.y + bounds.height * (row + 1) // rows,
            )
            if hole[core.y : core.bottom, core.x : core.right].any():
                reach = core.grown(_TILE_OVERLAP).intersection(canvas)
                yield Place(reach.grown(_TILE_MARGIN).intersection(canvas), core, reach)
