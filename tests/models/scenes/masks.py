"""Inpaint masks that a hand might draw: boxes, blobs, strokes, an outline, the whole picture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from tests.models.scenes.compose import Scene, Thing

Mask = NDArray[np.bool_]


def _box(scene: Scene, thing: Thing, rng: np.random.Generator) -> Mask:
    """A box with room to spare on each side of its own, so that it does not give the place away."""
    mask = np.zeros(scene.size, bool)
    reach = thing.radius * 1.12 + rng.uniform(2, 30, 4)
    top, left = thing.centre[0] - reach[0], thing.centre[1] - reach[1]
    bottom, right = thing.centre[0] + reach[2], thing.centre[1] + reach[3]
    mask[max(int(top), 0) : int(bottom), max(int(left), 0) : int(right)] = True
    return mask


def _blob(scene: Scene, thing: Thing, rng: np.random.Generator) -> Mask:
    rows, columns = np.ogrid[: scene.size[0], : scene.size[1]]
    away = rng.uniform(-0.25, 0.25, 2) * thing.radius
    y, x = rows - thing.centre[0] - away[0], columns - thing.centre[1] - away[1]
    angle = np.arctan2(y, x)
    waves = sum(
        rng.uniform(-0.08, 0.08) * np.cos(turns * angle + rng.uniform(0, 2 * np.pi))
        for turns in (2, 3, 4)
    )
    return np.hypot(x, y) < thing.radius * rng.uniform(1.25, 1.8) * (1 + waves)


def _near_line(size: tuple[int, int], start: NDArray, end: NDArray) -> NDArray[np.float64]:
    rows, columns = np.ogrid[: size[0], : size[1]]
    step = end - start
    along = ((rows - start[0]) * step[0] + (columns - start[1]) * step[1]) / (step @ step + 1e-6)
    along = np.clip(along, 0, 1)
    return np.hypot(rows - start[0] - along * step[0], columns - start[1] - along * step[1])


def _strokes(scene: Scene, thing: Thing, rng: np.random.Generator) -> Mask:
    points = rng.uniform(0, scene.size, (int(rng.integers(2, 5)), 2))
    width = rng.uniform(8, 22)
    lines = pairwise(points)
    return np.minimum.reduce([_near_line(scene.size, *line) for line in lines]) < width


def _anywhere(scene: Scene, thing: Thing, rng: np.random.Generator) -> Mask:
    mask = np.zeros(scene.size, bool)
    sides = [int(rng.uniform(0.25, 0.7) * side) for side in scene.size]
    top, left = (
        int(rng.integers(side - span + 1)) for side, span in zip(scene.size, sides, strict=True)
    )
    mask[top : top + sides[0], left : left + sides[1]] = True
    return mask


def _outline(scene: Scene, thing: Thing, rng: np.random.Generator) -> Mask:
    return thing.distance(scene.size) < rng.uniform(4, 14)


def _all(scene: Scene, thing: Thing, rng: np.random.Generator) -> Mask:
    return np.ones(scene.size, bool)


_DRAWN: tuple[tuple[float, Callable[[Scene, Thing, np.random.Generator], Mask]], ...] = (
    (0.30, _box),
    (0.20, _blob),
    (0.22, _all),
    (0.12, _anywhere),
    (0.08, _strokes),
    (0.08, _outline),
)


def random_mask(scene: Scene, rng: np.random.Generator) -> Mask:
    """A mask of the scene's size, true where it is to be painted; never empty."""
    chosen = rng.choice(len(_DRAWN), p=[share for share, _ in _DRAWN])
    mask = _DRAWN[chosen][1](scene, scene.things[0], rng)
    return mask if mask.any() else np.ones(scene.size, bool)


def covered(scene: Scene, mask: Mask) -> float:
    """The share of the first thing that lies under the mask, 0 to 1."""
    inside = scene.things[0].distance(scene.size) < 0
    return float(np.count_nonzero(inside & mask) / max(np.count_nonzero(inside), 1))


def widened(mask: Mask, pixels: float) -> Mask:
    """The mask grown by that many pixels on every side."""
    return np.asarray(distance_transform_edt(~mask)) <= pixels
