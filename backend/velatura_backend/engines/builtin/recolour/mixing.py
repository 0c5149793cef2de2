"""Every pixel as a mixture of palette colours, and the same mixture of the new ones.

Weights minimise |C w - p|² + locality · sum of w |p - c|², w >= 0, sum 1. The second term prefers
colours that are near; as it goes to nothing the weights become barycentric coordinates in the
palette's Delaunay triangulation, so a mixture of two neighbouring colours is exactly that. What no
mixture reaches stays as a remainder. The change is a function of colour alone: it is solved at the
nodes of a table near the picture's colours, and at the palette's colours put right exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...base import FloatImage
from ..arrays import copied
from ..patchmatch.kernels import BoolMask, Bytes, Flag, Floats, Positions, Real, inlined, kernel
from ..patchmatch.lanes import Lanes
from .oklab import Doubles, careful_kernel

_CELLS = 40
_NODES = _CELLS + 1
_LOCALITY = 0.02
_MOST_STEPS = 200
_STEEPEST = 2e-4
_LOCK_PLATEAU, _LOCK_REACH = 0.03, 0.09
_PLATEAU, _REACH = 0.006, 0.05
_LARGE = 3e38


@dataclass(frozen=True)
class Change:
    """``table``: (41, 41, 41, 3) what is added to a colour. At each of ``centres`` it is put right
    by ``corrections``, in full up to ``plateaus`` away and fading to nothing at ``reaches``; near
    those that are ``locked`` nothing is added at all."""

    table: Floats
    centres: Floats
    corrections: Floats
    plateaus: Floats
    reaches: Floats
    locked: BoolMask


@careful_kernel
def _mark(start: int, stop: int, flag: Flag, serial: int, image: Floats, used: Bytes) -> None:
    """Cells of the table that hold a colour of the picture. Threads write the same ones."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(image.shape[1]):
            r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
            top = max(np.float32(1.0), max(r, max(g, b)))
            if not top < _LARGE:
                continue
            scale = np.float32(_CELLS) / top
            i = min(int(max(r, np.float32(0.0)) * scale), _CELLS - 1)
            j = min(int(max(g, np.float32(0.0)) * scale), _CELLS - 1)
            k = min(int(max(b, np.float32(0.0)) * scale), _CELLS - 1)
            used[i, j, k] = 1


@kernel
def _solve_nodes(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    nodes: Positions,
    palette: Floats,
    changes: Floats,
    locality: Real,
    table: Floats,
) -> None:
    """Weights at each node by pairwise exchanges (as in sequential minimal optimisation)."""
    count = len(palette)
    weights, slope, rest = np.empty(count), np.empty(count), np.empty(3)
    nearness = np.empty(count)
    for item in range(start, stop):
        if item % 64 == 0 and flag[0] == serial:
            return
        node = nodes[item]
        place = (node // (_NODES * _NODES), node // _NODES % _NODES, node % _NODES)
        nearest = 0
        for c in range(count):
            nearness[c] = 0.0
            for axis in range(3):
                nearness[c] += (palette[c, axis] - place[axis] / _CELLS) ** 2
            weights[c] = 0.0
            if nearness[c] < nearness[nearest]:
                nearest = c
        weights[nearest] = 1.0
        for axis in range(3):
            rest[axis] = palette[nearest, axis] - place[axis] / _CELLS
        for _ in range(_MOST_STEPS):
            giver, taker = -1, 0
            for c in range(count):
                slope[c] = 0.5 * locality * nearness[c]
                for axis in range(3):
                    slope[c] += palette[c, axis] * rest[axis]
                if slope[c] < slope[taker]:
                    taker = c
                if weights[c] > 0.0 and (giver < 0 or slope[c] > slope[giver]):
                    giver = c
            gain = slope[giver] - slope[taker]
            if gain < _STEEPEST:
                break
            apart = 1e-9
            for axis in range(3):
                apart += (palette[giver, axis] - palette[taker, axis]) ** 2
            step = min(weights[giver], gain / apart)
            weights[giver] -= step
            weights[taker] += step
            for axis in range(3):
                rest[axis] += step * (palette[taker, axis] - palette[giver, axis])
        for axis in range(3):
            total = 0.0
            for c in range(count):
                total += weights[c] * changes[c, axis]
            table[place[0], place[1], place[2], axis] = total


@inlined
def _looked_up(r: Real, g: Real, b: Real, table: Floats, change: Floats) -> None:
    """The table's change at a colour in 0..1, between its nodes trilinearly."""
    i, j, k = (
        min(int(r * _CELLS), _CELLS - 1),
        min(int(g * _CELLS), _CELLS - 1),
        min(int(b * _CELLS), _CELLS - 1),
    )
    u, v, w = r * _CELLS - i, g * _CELLS - j, b * _CELLS - k
    for axis in range(3):
        near = (table[i, j, k, axis] * (1 - w) + table[i, j, k + 1, axis] * w) * (1 - v)
        near += (table[i, j + 1, k, axis] * (1 - w) + table[i, j + 1, k + 1, axis] * w) * v
        far = (table[i + 1, j, k, axis] * (1 - w) + table[i + 1, j, k + 1, axis] * w) * (1 - v)
        far += (table[i + 1, j + 1, k, axis] * (1 - w) + table[i + 1, j + 1, k + 1, axis] * w) * v
        change[axis] = near * (1 - u) + far * u


@careful_kernel
def _apply(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    change: tuple[Floats, Floats, Floats, Floats, Floats, BoolMask],
    out: Floats,
) -> None:
    """Colours beyond white are changed as what they are a multiple of; none leaves 0..1 that was
    inside. What is not finite stays."""
    table, centres, corrections, plateaus, reaches, locked = change
    add = np.empty(3, np.float32)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(image.shape[1]):
            pixel = image[y, x]
            top = max(np.float32(1.0), max(pixel[0], max(pixel[1], pixel[2])))
            low = min(pixel[0], min(pixel[1], pixel[2]))
            if not (top < _LARGE and low > -_LARGE):
                out[y, x, 0], out[y, x, 1], out[y, x, 2] = pixel[0], pixel[1], pixel[2]
                continue
            zero = np.float32(0.0)
            r, g, b = (
                max(pixel[0], zero) / top,
                max(pixel[1], zero) / top,
                max(pixel[2], zero) / top,
            )
            _looked_up(r, g, b, table, add)
            for c in range(len(centres)):
                away = (r - centres[c, 0]) ** 2 + (g - centres[c, 1]) ** 2
                away = np.sqrt(away + (b - centres[c, 2]) ** 2)
                if away < reaches[c]:
                    fade = max(away - plateaus[c], zero) / (reaches[c] - plateaus[c])
                    share = (1 - fade * fade) ** 2
                    for axis in range(3):
                        if locked[c]:
                            add[axis] *= 1 - share
                        else:
                            add[axis] += share * corrections[c, axis]
            for axis in range(3):
                value = pixel[axis] + top * add[axis]
                out[y, x, axis] = min(max(value, min(pixel[axis], zero)), max(pixel[axis], top))


def change_of(
    image: FloatImage, palette: Doubles, wanted: Doubles, locked: NDArray[np.bool_], lanes: Lanes
) -> Change:
    """``palette`` and ``wanted``: (k, 3) encoded; ``locked``: (k,) those that stay."""
    used = np.zeros((_CELLS, _CELLS, _CELLS), np.uint8)
    lanes.rows(_mark, image.shape[0], image.shape[1], image, used)
    nodes = np.flatnonzero(_around(used, palette))
    changes = np.where(locked[:, None], 0.0, wanted - palette).astype(np.float32)
    table = np.zeros((_NODES, _NODES, _NODES, 3), np.float32)
    centres = palette.astype(np.float32)
    pieces = [
        (int(p[0]), int(p[-1]) + 1) for p in np.array_split(np.arange(len(nodes)), 16) if len(p)
    ]
    lanes.run(_solve_nodes, pieces, nodes, centres, changes, np.float32(_LOCALITY), table)
    plateaus, reaches = _radii(palette, locked)
    return Change(table, centres, changes - _at(table, centres), plateaus, reaches, locked)


def _around(used: NDArray[np.uint8], palette: Doubles) -> NDArray[np.bool_]:
    """Nodes at the corners of used cells, and of those that the palette's colours lie in."""
    for cell in np.minimum((np.clip(palette, 0.0, 1.0) * _CELLS).astype(np.int64), _CELLS - 1):
        used[tuple(cell)] = 1
    needed = np.zeros((_NODES,) * 3, np.bool_)
    for i in (0, 1):
        for j in (0, 1):
            for k in (0, 1):
                needed[i : i + _CELLS, j : j + _CELLS, k : k + _CELLS] |= used > 0
    return needed


def _at(table: Floats, colours: Floats) -> Floats:
    found = np.zeros((len(colours), 3), np.float32)
    for index, (r, g, b) in enumerate(np.clip(colours, 0.0, 1.0)):
        _looked_up(r, g, b, table, found[index])
    return found


def _radii(palette: Doubles, locked: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """No colour's correction may reach another's place."""
    apart = np.linalg.norm(palette[:, None] - palette[None], axis=2)
    apart[np.arange(len(palette)), np.arange(len(palette))] = np.inf
    nearest = apart.min(axis=1, initial=np.inf)
    reaches = np.minimum(np.where(locked, _LOCK_REACH, _REACH), 0.9 * nearest)
    plateaus = np.where(locked, _LOCK_PLATEAU, np.minimum(_PLATEAU, 0.4 * reaches))
    return plateaus.astype(np.float32), np.maximum(reaches, plateaus * 1.2).astype(np.float32)


def apply(image: FloatImage, change: Change, lanes: Lanes) -> FloatImage:
    """The picture in its new colours; alpha as it is."""
    out = copied(image, lanes)
    spheres = (change.centres, change.corrections, change.plateaus, change.reaches, change.locked)
    lanes.rows(_apply, image.shape[0], image.shape[1], image, (change.table, *spheres), out)
    return out
