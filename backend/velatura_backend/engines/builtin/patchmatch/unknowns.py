"""Linear systems over the pixels of a hole, solved by conjugate gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .kernels import BoolMask, Flag, Floats, Indices, Positions, Real, inlined, kernel
from .lanes import Lanes

KNOWN = -1
_ABSENT = -2


@dataclass(frozen=True)
class System:
    """The unknowns of a hole, and for biharmonic fills the known pixels next to them.

    ``places``: flat positions in the padded picture. ``neighbours``: (unknowns, 4) int32: index of
    the unknown there, or known, or absent; up, down, left, right. ``free``: false where the value
    is known. ``degree``: how much all neighbours of an unknown count together, 1 each.
    """

    places: Positions
    neighbours: Indices
    free: BoolMask
    degree: Floats

    @property
    def rim(self) -> BoolMask:
        """(unknowns, 4): which neighbours are known pixels."""
        return self.neighbours == KNOWN


@kernel
def _link(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    places: Positions,
    slots: Indices,
    present: BoolMask,
    neighbours: Indices,
) -> None:
    width = present.shape[1]
    for item in range(start, stop):
        if item % 4096 == 0 and flag[0] == serial:
            return
        y, x = places[item] // width, places[item] % width
        for side in range(4):
            ny, nx = y + (side == 1) - (side == 0), x + (side == 3) - (side == 2)
            if not present[ny, nx]:
                neighbours[item, side] = _ABSENT
            else:
                neighbours[item, side] = slots[ny, nx]


def build_system(hole: BoolMask, present: BoolMask, order: int, lanes: Lanes) -> System:
    """The system of ``hole``; ``present``: pixels that exist, with an absent border around them.
    Order 1 is for harmonic and Poisson fills, 2 for biharmonic ones."""
    members = hole if order == 1 else _with_neighbours(hole, present)
    places = np.flatnonzero(members)
    lanes.check()
    slots = np.full(hole.shape, KNOWN, np.int32)
    lanes.check()
    slots.ravel()[places] = np.arange(len(places), dtype=np.int32)
    neighbours = np.empty((len(places), 4), np.int32)
    lanes.check()
    lanes.rows(_link, len(places), 16, places, slots, present, neighbours)
    degree = lanes.over(_counted, neighbours)
    return System(places, neighbours, hole.ravel()[places], degree)


def _counted(neighbours: Indices) -> Floats:
    return np.count_nonzero(neighbours != _ABSENT, axis=1).astype(np.float32)


def _with_neighbours(hole: BoolMask, present: BoolMask) -> BoolMask:
    grown = hole.copy()
    grown[1:] |= hole[:-1]
    grown[:-1] |= hole[1:]
    grown[:, 1:] |= hole[:, :-1]
    grown[:, :-1] |= hole[:, 1:]
    return grown & present


@inlined
def laplacian(
    neighbours: Indices,
    degree: Floats,
    values: Floats,
    out: Floats,
    free: BoolMask,
    only_free: bool,
) -> None:
    """Degree · value - sum of the neighbours' values; known neighbours count as 0."""
    for item in range(len(values)):
        if only_free and not free[item]:
            out[item] = 0.0
            continue
        total = degree[item] * values[item]
        for side in range(4):
            other = neighbours[item, side]
            if other >= 0:
                total -= values[other]
        out[item] = total


@inlined
def _apply(
    order: int,
    screening: Real,
    neighbours: Indices,
    degree: Floats,
    free: BoolMask,
    values: Floats,
    scratch: Floats,
    out: Floats,
) -> None:
    if order == 1:
        laplacian(neighbours, degree, values, out, free, False)
        for item in range(len(values)):
            out[item] += screening * values[item]
    else:
        laplacian(neighbours, degree, values, scratch, free, False)
        laplacian(neighbours, degree, scratch, out, free, True)


@inlined
def conjugate_gradients(
    order: int,
    screening: Real,
    neighbours: Indices,
    degree: Floats,
    free: BoolMask,
    values: Floats,
    residual: Floats,
    limit: int,
    tolerance: Real,
    flag: Flag,
    serial: int,
) -> None:
    """Improves ``values`` in place; ``residual`` is that of the values handed in."""
    scratch, applied = np.empty_like(values), np.empty_like(values)
    direction = residual.copy()
    square = np.dot(residual, residual)
    enough = square * tolerance * tolerance
    for _ in range(limit):
        if flag[0] == serial or square <= enough:
            return
        _apply(order, screening, neighbours, degree, free, direction, scratch, applied)
        curvature = np.dot(direction, applied)
        if curvature <= 0.0:
            return
        step = square / curvature
        for item in range(len(values)):
            values[item] += step * direction[item]
            residual[item] -= step * applied[item]
        following = np.dot(residual, residual)
        ratio = following / square
        square = following
        for item in range(len(values)):
            direction[item] = residual[item] + ratio * direction[item]
