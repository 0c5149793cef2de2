"""Divides a crop's hole into places that are filled one after another.

Far-apart islands are places of their own, each with the surroundings it needs. Slender masks
(wires, text, scratches) are cut into tiles: what fills a wire is next to it, and a tile's cost does
not grow with the picture's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from velatura_protocol.geometry import Rect, bounding_rect

from .patchmatch.kernels import BoolMask
from .patchmatch.lanes import Lanes
from .patchmatch.pyramid import is_slender, thickness_of
from .patchmatch.regions import halve_all

_BLOCK = 16
_MIN_MARGIN = 96
_TILE = 512
_TILE_OVERLAP = 12
_MIN_TILE_MARGIN = 64
_LARGE = 4_000_000


@dataclass(frozen=True)
class Place:
    """``crop``: what is looked at. ``core``: where the result is kept; the hole is solved a little
    beyond it, in ``reach``, so that neighbouring tiles agree. ``slender``: whether the place is
    for the slender parts of the hole or for the others."""

    crop: Rect
    core: Rect
    reach: Rect
    slender: bool


@dataclass(frozen=True)
class Division:
    """``slender``: the wires, letters and scratches of the hole, full size."""

    places: list[Place]
    slender: BoolMask


def find_places(hole: BoolMask, lanes: Lanes) -> Division:
    """The places of a hole that has at least one pixel."""
    canvas = Rect(0, 0, hole.shape[1], hole.shape[0])
    slender = np.zeros_like(hole)
    places: list[Place] = []
    strings: list[tuple[Rect, float]] = []
    for bounds in _islands(hole):
        # One pixel more: without its surroundings an upright wire has no thickness.
        ringed = bounds.grown(1).intersection(canvas)
        window = (slice(ringed.y, ringed.bottom), slice(ringed.x, ringed.right))
        part = np.ascontiguousarray(hole[window])
        thickness = _thickness(part, lanes)
        if is_slender(part, thickness):
            slender[window] |= part
            strings.append((bounds, thickness))
        else:
            margin = max(_MIN_MARGIN, bounds.width, bounds.height)
            crop = bounds.grown(margin).intersection(canvas)
            places.append(Place(crop, bounds, bounds, False))
    if strings:
        thickest = max(thickness for _, thickness in strings)
        around = bounding_rect(bounds for bounds, _ in strings)
        places.extend(_tiles(slender, around, max(_MIN_TILE_MARGIN, int(2.5 * thickest)), canvas))
    return Division(places, slender)


def _thickness(part: BoolMask, lanes: Lanes) -> float:
    """Of a large island at a fraction of its size: a depth map takes four bytes a pixel."""
    factor = 1
    while part.size > _LARGE:
        part = ~halve_all(~part)
        factor *= 2
    return factor * thickness_of(part, lanes)


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
        yield _bounds(inner).translated(rect.x * _BLOCK, rect.y * _BLOCK)


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


def _tiles(hole: BoolMask, bounds: Rect, margin: int, canvas: Rect) -> Iterator[Place]:
    """Equal tiles over ``bounds``, each drawn in to what it has of the hole."""
    rows, columns = -(-bounds.height // _TILE), -(-bounds.width // _TILE)
    for row in range(rows):
        for column in range(columns):
            tile = Rect.from_edges(
                bounds.x + bounds.width * column // columns,
                bounds.y + bounds.height * row // rows,
                bounds.x + bounds.width * (column + 1) // columns,
                bounds.y + bounds.height * (row + 1) // rows,
            )
            inside = hole[tile.y : tile.bottom, tile.x : tile.right]
            if inside.any():
                core = _bounds(inside).translated(tile.x, tile.y)
                reach = core.grown(_TILE_OVERLAP).intersection(canvas)
                yield Place(reach.grown(margin).intersection(canvas), core, reach, True)


def _bounds(mask: BoolMask) -> Rect:
    """The smallest rectangle around the pixels of a mask that has some."""
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return Rect.from_edges(int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1)
