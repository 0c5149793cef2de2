"""Paints leaves front to back: each pixel takes the first leaf that covers it."""

from __future__ import annotations

from math import atan2, cos, floor, pi, sin, sqrt

import numba
import numpy as np
from numpy.typing import NDArray

ELLIPSE, BOX, BLOB, POLYGON, RING, STROKE = range(6)

LEAF = np.dtype(
    [
        ("kind", np.int32),
        ("x", np.float32),
        ("y", np.float32),
        ("radius", np.float32),
        ("aspect", np.float32),
        ("angle", np.float32),
        ("shape", np.float32, 4),  # blob: two amplitudes, two phases; polygon: sides; stroke: bend
        ("colour", np.float32, 3),
        ("further", np.float32, 3),  # the colour at the gradient's other end
        ("slope", np.float32),
        ("texture", np.int32),
        ("amount", np.float32),
        ("tint", np.float32, 3),
        ("scale", np.float32),
        ("turn", np.float32),
        ("round", np.float32),  # 0 flat, 1 lit like a ball
    ],
    align=True,
)


@numba.njit(cache=True, nogil=True)
def paint(  # noqa: ANN201
    canvas: NDArray[np.float32],
    covered: NDArray[np.uint8],
    leaves: NDArray[np.void],
    textures: NDArray[np.float32],
):
    """Fills ``canvas`` where ``covered`` is 0 and marks it; returns how many pixels are left."""
    height, width = covered.shape
    left = 0
    for row in range(height):
        for column in range(width):
            left += covered[row, column] == 0
    for index in range(leaves.shape[0]):
        if left == 0:
            break
        left -= _paint_leaf(canvas, covered, leaves[index], textures)
    return left


@numba.njit(cache=True, nogil=True)
def _paint_leaf(canvas, covered, leaf, textures):  # noqa: ANN001, ANN202
    height, width = covered.shape
    reach = leaf.radius * 1.5
    if leaf.kind == BOX:
        reach = leaf.radius * sqrt(1.0 + leaf.aspect * leaf.aspect)
    top, bottom = max(0, int(leaf.y - reach)), min(height, int(leaf.y + reach) + 2)
    start, end = max(0, int(leaf.x - reach)), min(width, int(leaf.x + reach) + 2)
    along, across = cos(leaf.angle), sin(leaf.angle)
    painted = 0
    for row in range(top, bottom):
        for column in range(start, end):
            if covered[row, column]:
                continue
            x, y = column - leaf.x, row - leaf.y
            u = (x * along + y * across) / leaf.radius
            v = (y * along - x * across) / (leaf.radius * leaf.aspect)
            depth = _depth(leaf, u, v)
            if depth < 0.0:
                continue
            _colour(canvas[row, column], leaf, textures, column, row, u, depth)
            covered[row, column] = 1
            painted += 1
    return painted


@numba.njit(cache=True, nogil=True)
def _depth(leaf, u, v):  # noqa: ANN001, ANN202
    """0 at the rim, 1 in the middle, negative outside."""
    if leaf.kind == BOX:
        return 1.0 - max(abs(u), abs(v))
    if leaf.kind == STROKE:
        if abs(u) > 1.0:
            return -1.0
        bent = v - leaf.shape[0] * (u * u - 0.3) / leaf.aspect
        return (1.0 - u * u * leaf.shape[1]) - abs(bent)
    distance = sqrt(u * u + v * v)
    if leaf.kind == ELLIPSE:
        return 1.0 - distance
    if leaf.kind == RING:
        return min(1.0 - distance, distance - leaf.shape[0])
    angle = atan2(v, u)
    if leaf.kind == POLYGON:
        part = 2.0 * pi / leaf.shape[0]
        within = angle - floor(angle / part) * part - part / 2
        return cos(part / 2) / cos(within) - distance
    rim = 1.0 + leaf.shape[0] * cos(2.0 * angle + leaf.shape[2])
    rim += leaf.shape[1] * cos(5.0 * angle + leaf.shape[3])
    return rim / 1.4 - distance


@numba.njit(cache=True, nogil=True)
def _colour(pixel, leaf, textures, x, y, u, depth):  # noqa: ANN001, ANN202
    across = min(1.0, max(0.0, 0.5 + leaf.slope * u))
    light = 1.0 - leaf.round * (1.0 - sqrt(min(1.0, depth))) * 0.8
    detail = leaf.amount * _lookup(textures[leaf.texture], x, y, leaf.scale, leaf.turn)
    for channel in range(3):
        plain = leaf.colour[channel] + across * (leaf.further[channel] - leaf.colour[channel])
        pixel[channel] = min(1.0, max(0.0, plain * light + detail * leaf.tint[channel]))


@numba.njit(cache=True, nogil=True)
def _lookup(texture, x, y, scale, turn):  # noqa: ANN001, ANN202
    """Bilinear, wrapped around."""
    side = texture.shape[0]
    u = (x * cos(turn) + y * sin(turn)) * scale
    v = (y * cos(turn) - x * sin(turn)) * scale
    left, top = floor(u), floor(v)
    right_share, bottom_share = u - left, v - top
    left, top = left % side, top % side
    right, bottom = (left + 1) % side, (top + 1) % side
    upper = texture[top, left] * (1.0 - right_share) + texture[top, right] * right_share
    lower = texture[bottom, left] * (1.0 - right_share) + texture[bottom, right] * right_share
    return upper * (1.0 - bottom_share) + lower * bottom_share
