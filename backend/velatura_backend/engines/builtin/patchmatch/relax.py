"""Smooth fills and the screened Poisson finish, by conjugate gradients on the hole's pixels.

All three minimise a quadratic over the hole with the known pixels around it held fixed:

* harmonic: sum of |u_p - u_q|^2 over neighbours;
* biharmonic: sum of (Laplacian u)^2, strong on wires, text and scratches (Damelin and Hoang, 2018);
* screened Poisson: sum of (u_q - u_p - voted step)^2, plus screening · |u - c|^2.

Beyond the picture's border and where nothing is known there is no neighbour, hence no force.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .kernels import BoolMask, Flag, Floats, Indices, Positions, Real, kernel
from .lanes import Lanes

_KNOWN = -1
_ABSENT = -2


@dataclass(frozen=True)
class System:
    """The unknowns of a hole, and for biharmonic fills the known pixels next to them.

    ``places``: flat positions in the padded picture. ``neighbours``: (unknowns, 4) int32: index of
    the unknown there, or known, or absent. ``free``: false where the value is known.
    """

    places: Positions
    neighbours: Indices
    free: BoolMask


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
    slots = np.full(hole.shape, _KNOWN, np.int32)
    slots.ravel()[places] = np.arange(len(places), dtype=np.int32)
    neighbours = np.empty((len(places), 4), np.int32)
    lanes.rows(_link, len(places), 16, places, slots, present, neighbours)
    return System(places, neighbours, hole.ravel()[places])


def _with_neighbours(hole: BoolMask, present: BoolMask) -> BoolMask:
    grown = hole.copy()
    grown[1:] |= hole[:-1]
    grown[:-1] |= hole[1:]
    grown[:, 1:] |= hole[:, :-1]
    grown[:, :-1] |= hole[:, 1:]
    return grown & present


@kernel
def _laplacian(
    neighbours: Indices, values: Floats, out: Floats, free: BoolMask, only_free: bool
) -> None:
    """Degree · value - sum of the neighbours' values; known neighbours count as 0."""
    for item in range(len(values)):
        if only_free and not free[item]:
            out[item] = 0.0
            continue
        total = np.float32(0.0)
        degree = np.float32(0.0)
        for side in range(4):
            other = neighbours[item, side]
            if other != _ABSENT:
                degree += np.float32(1.0)
            if other >= 0:
                total += values[other]
        out[item] = degree * values[item] - total


@kernel
def _apply(
    order: int,
    screening: Real,
    neighbours: Indices,
    free: BoolMask,
    values: Floats,
    scratch: Floats,
    out: Floats,
) -> None:
    if order == 1:
        _laplacian(neighbours, values, out, free, False)
        for item in range(len(values)):
            out[item] += screening * values[item]
    else:
        _laplacian(neighbours, values, scratch, free, False)
        _laplacian(neighbours, scratch, out, free, True)


@kernel
def _conjugate_gradients(
    order: int,
    screening: Real,
    neighbours: Indices,
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
        _apply(order, screening, neighbours, free, direction, scratch, applied)
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


@kernel
def _outer_laplacian(
    features: Floats, channels: int, channel: int, present: BoolMask, place: int
) -> Real:
    width = present.shape[1]
    y, x = place // width, place % width
    total = np.float32(0.0)
    for side in range(4):
        ny, nx = y + (side == 1) - (side == 0), x + (side == 3) - (side == 2)
        if present[ny, nx]:
            total += features[y, x * channels + channel]
            total -= features[ny, nx * channels + channel]
    return np.float32(total)


@kernel
def _smooth_channel(
    channel: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    present: BoolMask,
    places: Positions,
    neighbours: Indices,
    free: BoolMask,
    order: int,
    limit: int,
) -> None:
    """Harmonic (order 1) or biharmonic (2) fill of one channel, from the values that are there."""
    width = present.shape[1]
    count = len(places)
    first, residual = np.empty(count, np.float32), np.empty(count, np.float32)
    for item in range(count):
        first[item] = _outer_laplacian(features, channels, channel, present, places[item])
    if order == 1:
        residual[:] = -first
    else:
        _laplacian(neighbours, first, residual, free, True)
        residual *= np.float32(-1.0)
    values = np.zeros(count, np.float32)
    tolerance = np.float32(1e-4)
    _conjugate_gradients(
        order, np.float32(0.0), neighbours, free, values, residual, limit, tolerance, flag, serial
    )
    for item in range(count):
        y, x = places[item] // width, places[item] % width
        features[y, x * channels + channel] += values[item]


@kernel
def _diverge(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    neighbours: Indices,
    steps: Floats,
    guide: Floats,
) -> None:
    for item in range(start, stop):
        if item % 4096 == 0 and flag[0] == serial:
            return
        guide[item] = 0.0
        for side in range(4):
            other = neighbours[item, side]
            if other == _ABSENT:
                continue
            for c in range(guide.shape[1]):
                step = steps[item, side, c]
                if other >= 0:
                    step = np.float32(0.5) * (step - steps[other, side ^ 1, c])
                guide[item, c] += step


@kernel
def _poisson_channel(
    channel: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    present: BoolMask,
    places: Positions,
    neighbours: Indices,
    free: BoolMask,
    guide: Floats,
    screening: Real,
    limit: int,
) -> None:
    """Pulls one channel towards the guide's Laplacian, screened by the values that are there."""
    width = present.shape[1]
    count = len(places)
    residual = np.empty(count, np.float32)
    for item in range(count):
        there = _outer_laplacian(features, channels, channel, present, places[item])
        residual[item] = -guide[item, channel] - there
    values = np.zeros(count, np.float32)
    tolerance = np.float32(1e-3)
    _conjugate_gradients(
        1, screening, neighbours, free, values, residual, limit, tolerance, flag, serial
    )
    for item in range(count):
        y, x = places[item] // width, places[item] % width
        features[y, x * channels + channel] += values[item]


def smooth_fill(
    features: Floats,
    hole: BoolMask,
    present: BoolMask,
    channels: int,
    order: int,
    limit: int,
    lanes: Lanes,
) -> None:
    """Fills ``hole`` smoothly, in place, in at most ``limit`` iterations.

    ``features``: (height, width · channels) float32, what is in the hole is the first guess.
    """
    system = build_system(hole, present, order, lanes)
    lanes.run(
        _smooth_channel,
        [(channel, channel + 1) for channel in range(channels)],
        features, channels, present, system.places, system.neighbours, system.free, order, limit,
    )  # fmt: skip


def poisson_finish(
    features: Floats,
    system: System,
    present: BoolMask,
    channels: int,
    steps: Floats,
    screening: float,
    limit: int,
    lanes: Lanes,
) -> None:
    """Screened Poisson over a system of order 1, in place.

    ``steps``: (unknowns, 4, colours), the wanted differences to the neighbours. Both ends of an
    edge have a say in its step: the steps' errors then cancel over an area, where a Laplacian voted
    pixel by pixel would let tones drift.
    """
    guide = np.empty((len(steps), steps.shape[2]), np.float32)
    lanes.rows(_diverge, len(steps), 16, system.neighbours, steps, guide)
    lanes.run(
        _poisson_channel,
        [(channel, channel + 1) for channel in range(guide.shape[1])],
        features, channels, present, system.places, system.neighbours, system.free,
        guide, np.float32(screening), limit,
    )  # fmt: skip
