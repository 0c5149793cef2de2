"""Distance between two patches: the innermost loop of everything."""

from __future__ import annotations

import numpy as np

from .kernels import Bytes, Floats, Real, inlined

RADIUS = 3
"""Patches are 7x7: the size Newson et al. and most implementations settle on."""

SIDE = 2 * RADIUS + 1


@inlined
def load_patch(
    features: Floats,
    weight: Bytes,
    y: int,
    x: int,
    channels: int,
    patch: Floats,
    patch_weight: Floats,
) -> Real:
    """Copies the patch around (y, x) and its weights into contiguous buffers; returns the sum of
    the weights of its pixels. ``weight`` has one value a channel, so that this is a plain copy."""
    length = SIDE * channels
    first = (x - RADIUS) * channels
    total: Real = np.float32(0.0)
    for row in range(SIDE):
        source = features[y + row - RADIUS, first : first + length]
        source_weight = weight[y + row - RADIUS, first : first + length]
        goal, goal_weight = patch[row], patch_weight[row]
        for k in range(length):
            goal[k] = source[k]
            goal_weight[k] = np.float32(source_weight[k])
            total += goal_weight[k]
    return total / np.float32(channels)


@inlined
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
    length = SIDE * channels
    first = (x - RADIUS) * channels
    total: Real = np.float32(0.0)
    for row in range(SIDE):
        source = features[y + row - RADIUS, first : first + length]
        goal, weight = patch[row], patch_weight[row]
        part = np.float32(0.0)
        for k in range(length):
            difference = goal[k] - source[k]
            part += weight[k] * difference * difference
        total += part
        if total > bound:
            break
    return total
