"""Distance between two patches: the innermost loop of everything."""

from __future__ import annotations

import numpy as np

from .kernels import Floats, Real, inlined, kernel

RADIUS = 3
"""Patches are 7x7: the size Newson et al. and most implementations settle on."""

SIDE = 2 * RADIUS + 1


@inlined
def load_patch(
    features: Floats,
    weight: Floats,
    y: int,
    x: int,
    channels: int,
    patch: Floats,
    patch_weight: Floats,
) -> Real:
    """Copies the patch around (y, x) and its weights into contiguous buffers; returns their sum."""
    total = np.float32(0.0)
    for row in range(SIDE):
        for column in range(SIDE):
            w = weight[y + row - RADIUS, x + column - RADIUS]
            total += w
            first = (x + column - RADIUS) * channels
            for c in range(channels):
                patch[row, column * channels + c] = features[y + row - RADIUS, first + c]
                patch_weight[row, column * channels + c] = w
    return total


@kernel
def patch_distance(
    features: Floats,
    patch: Floats,
    patch_weight: Floats,
    y: int,
    x: int,
    channels: int,
    bound: Real,
) -> Real:
    """Weighted squared distance to the patch around (y, x); beyond ``bound`` it may stop early.

    The rows are sliced first: numba cannot prove a computed index non-negative, and its wrap-around
    test would keep the loop from being vectorised.
    """
    first = (x - RADIUS) * channels
    total = np.float32(0.0)
    for row in range(SIDE):
        source = features[y + row - RADIUS, first : first + SIDE * channels]
        goal = patch[row]
        weight = patch_weight[row]
        part = np.float32(0.0)
        for k in range(SIDE * channels):
            difference = goal[k] - source[k]
            part += weight[k] * difference * difference
        total += part
        if total > bound:
            break
    return total
