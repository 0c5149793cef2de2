"""Gaussian blur, row by row: told to stop, it stops."""

from __future__ import annotations

import numpy as np

from ...patchmatch.kernels import Flag, Floats, kernel
from ...patchmatch.lanes import Lanes

_REACH = 3.0
"""Standard deviations that count."""


def blurred(plane: Floats, sigma: float, lanes: Lanes) -> Floats:
    """(H, W) convolved with a Gaussian; edges are repeated.

    :raises Cancelled: the order is to stop
    """
    reach = max(1, int(_REACH * sigma + 0.5))
    steps = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * np.square(steps / sigma))
    weights = (bell / bell.sum()).astype(np.float32)
    source = np.ascontiguousarray(plane, np.float32)
    half, out = np.empty_like(source), np.empty_like(source)
    lanes.rows(_across, *source.shape, source, weights, half)
    lanes.rows(_down, *source.shape, half, weights, out)
    return out


@kernel
def _across(
    start: int, stop: int, flag: Flag, serial: int, plane: Floats, weights: Floats, out: Floats
) -> None:
    width, reach = plane.shape[1], len(weights) // 2
    row = np.empty(width + 2 * reach, np.float32)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        row[:reach] = plane[y, 0]
        row[reach : reach + width] = plane[y]
        row[reach + width :] = plane[y, width - 1]
        goal = out[y]
        goal[:] = 0.0
        for k in range(len(weights)):
            weight, moved = weights[k], row[k : k + width]
            for x in range(width):
                goal[x] += weight * moved[x]


@kernel
def _down(
    start: int, stop: int, flag: Flag, serial: int, plane: Floats, weights: Floats, out: Floats
) -> None:
    height, width = plane.shape
    reach = len(weights) // 2
    for y in range(start, stop):
        if flag[0] == serial:
            return
        goal = out[y]
        goal[:] = 0.0
        for k in range(len(weights)):
            weight, moved = weights[k], plane[min(max(y + k - reach, 0), height - 1)]
            for x in range(width):
                goal[x] += weight * moved[x]
