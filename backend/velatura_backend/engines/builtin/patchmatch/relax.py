"""Smooth fills of a hole.

Both minimise a quadratic over the hole with the known pixels around it held fixed:

* harmonic: sum of |u_p - u_q|^2 over neighbours;
* biharmonic: sum of (Laplacian u)^2, strong on wires, text and scratches (Damelin and Hoang, 2018).

Beyond the picture's border and where nothing is known there is no neighbour, hence no force.
"""

from __future__ import annotations

import numpy as np

from .kernels import BoolMask, Flag, Floats, Indices, Positions, Real, inlined, kernel
from .lanes import Lanes
from .unknowns import build_system, conjugate_gradients, laplacian


@inlined
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
    degree: Floats,
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
        laplacian(neighbours, degree, first, residual, free, True)
        residual *= np.float32(-1.0)
    values = np.zeros(count, np.float32)
    tolerance = np.float32(1e-4)
    conjugate_gradients(
        order, np.float32(0.0), neighbours, degree, free, values, residual, limit, tolerance,
        flag, serial,
    )  # fmt: skip
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
        features, channels, present, system.places, system.neighbours, system.degree, system.free,
        order, limit,
    )  # fmt: skip
