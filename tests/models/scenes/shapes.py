"""Shapes as signed distance fields (Quílez, "2D distance functions"), coverage by distance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.models.scenes.words import Shape

Plane = NDArray[np.floating]

RING_BAND = 0.27  # half the band's width over the outer radius: wide enough for latents of 8 px
CROSS_ARM = 0.36


def _disc(x: Plane, y: Plane) -> Plane:
    return np.hypot(x, y) - np.float32(1)


def _ring(x: Plane, y: Plane) -> Plane:
    return np.abs(np.hypot(x, y) - np.float32(1 - RING_BAND)) - np.float32(RING_BAND)


def _box(x: Plane, y: Plane, half_width: float, half_height: float) -> Plane:
    out_x, out_y = np.abs(x) - np.float32(half_width), np.abs(y) - np.float32(half_height)
    outside = np.hypot(np.maximum(out_x, 0), np.maximum(out_y, 0))
    return outside + np.minimum(np.maximum(out_x, out_y), 0)


def _square(x: Plane, y: Plane) -> Plane:
    return _box(x, y, 0.86, 0.86)


def _cross(x: Plane, y: Plane) -> Plane:
    return np.minimum(_box(x, y, 1, CROSS_ARM), _box(x, y, CROSS_ARM, 1))


def _polygon(x: Plane, y: Plane, corners: NDArray[np.float64]) -> Plane:
    nearest = np.full(x.shape, np.inf, np.float32)
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        edge_x, edge_y = bx - ax, by - ay
        along = ((x - ax) * edge_x + (y - ay) * edge_y) / (edge_x**2 + edge_y**2)
        along = np.clip(along, 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - ax - along * edge_x, y - ay - along * edge_y))
        if edge_y:
            crosses = (ay > y) != (by > y)
            inside ^= crosses & (x < edge_x * (y - ay) / edge_y + ax)
    return np.where(inside, -nearest, nearest).astype(np.float32)


def _corners(count: int, radii: tuple[float, ...]) -> NDArray[np.float64]:
    angles = -np.pi / 2 + 2 * np.pi * np.arange(count) / count
    lengths = np.resize(radii, count)
    return np.stack([lengths * np.cos(angles), lengths * np.sin(angles)], axis=1)


def _triangle(x: Plane, y: Plane) -> Plane:
    return _polygon(x, y - np.float32(0.2), _corners(3, (1.2,)))


def _star(x: Plane, y: Plane) -> Plane:
    return _polygon(x, y, _corners(10, (1.12, 0.5)))


_DISTANCE: dict[Shape, Callable[[Plane, Plane], Plane]] = {
    Shape.DISC: _disc,
    Shape.SQUARE: _square,
    Shape.TRIANGLE: _triangle,
    Shape.RING: _ring,
    Shape.STAR: _star,
    Shape.CROSS: _cross,
}


def shape_distance(
    shape: Shape,
    size: tuple[int, int],
    centre: tuple[float, float],
    radius: float,
    turn: float = 0.0,
) -> Plane:
    """Signed distance to the outline in pixels, negative inside; ``(height, width)`` float32.

    ``centre`` is (y, x) and ``radius`` in pixels; ``turn`` in radians.
    """
    rows, columns = np.ogrid[: size[0], : size[1]]
    y = ((rows + 0.5 - centre[0]) / radius).astype(np.float32)
    x = ((columns + 0.5 - centre[1]) / radius).astype(np.float32)
    cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return _DISTANCE[shape](x * cosine + y * sine, y * cosine - x * sine) * np.float32(radius)


def coverage(distance: Plane) -> Plane:
    """How much of each pixel lies inside the outline, 0 to 1: a one pixel ramp over the edge."""
    return np.clip(np.float32(0.5) - distance, 0, 1)
