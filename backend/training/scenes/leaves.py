"""Dead leaves: shapes of power-law size that hide one another, each with a texture of its own
(Lee, Mumford & Huang 2001; Achddou, Gousseau & Ladjal 2021 train on them; VibrantLeaves 2025 adds
textures and depth)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .colours import Floats, palette
from .kernels import BLOB, BOX, ELLIPSE, LEAF, POLYGON, RING, STROKE, paint

_KINDS = np.array([ELLIPSE, BOX, BLOB, POLYGON, RING, STROKE])


@dataclass(frozen=True)
class Recipe:
    """``radii`` smallest and largest in pixels; ``weights`` of the kinds in the kernels' order;
    ``coherence`` 0: any angle, 1: all the same; ``textured``: how strong textures are."""

    radii: tuple[float, float]
    weights: tuple[float, ...]
    coherence: float = 0.0
    aspect: tuple[float, float] = (0.3, 1.0)
    textured: float = 0.15
    rounded: float = 0.3
    power: float = 3.0
    upright: bool = False


GENERIC = Recipe((3.0, 500.0), (4, 2, 4, 2, 0.5, 1))
FINE = Recipe((2.0, 60.0), (3, 1, 5, 1, 0.5, 2))
FIBRES = Recipe((30.0, 260.0), (0, 0, 0, 0, 0, 1), 0.85, (0.006, 0.05), 0.05, 0.6, 2.0)
FOLIAGE = Recipe((6.0, 90.0), (2, 0, 3, 0, 0, 4), 0.3, (0.1, 0.5), 0.08, 0.5, 2.0)
BUILT = Recipe((3.0, 400.0), (0.2, 6, 0, 0.3, 0.3, 0), 1.0, (0.02, 1.0), 0.06, 0.0, 3.0, True)
SMOOTH = Recipe((40.0, 700.0), (4, 0.5, 5, 1, 0.5, 0.5), 0.0, (0.4, 1.0), 0.02, 0.8, 2.0)


def draw(
    rng: np.random.Generator, side: int, recipe: Recipe, textures: Floats, count: int = 12000
) -> Floats:
    """(side, side, 3), wholly covered but for the background's gradient."""
    canvas = _background(rng, side)
    covered = np.zeros((side, side), np.uint8)
    paint(canvas, covered, scatter(rng, side, recipe, len(textures), count), textures)
    return canvas


def scatter(
    rng: np.random.Generator, side: int, recipe: Recipe, textures: int, count: int
) -> NDArray[np.void]:
    """``count`` leaves from front to back."""
    leaves = np.zeros(count, LEAF)
    weights = np.array(recipe.weights, np.float64)
    leaves["kind"] = rng.choice(_KINDS, count, p=weights / weights.sum())
    leaves["x"], leaves["y"] = rng.uniform(-0.1 * side, 1.1 * side, (2, count))
    leaves["radius"] = _radii(rng, recipe, count)
    low, high = recipe.aspect
    leaves["aspect"] = low * (high / low) ** rng.random(count)
    leaves["angle"] = _angles(rng, recipe, count)
    _shape(rng, leaves)
    _fill(rng, leaves, recipe, textures)
    return leaves


def _radii(rng: np.random.Generator, recipe: Recipe, count: int) -> NDArray[np.float64]:
    """Density proportional to r^-power, by the inverse of its distribution."""
    low, high = recipe.radii
    exponent = 1.0 - recipe.power
    share = rng.random(count)
    radii = (low**exponent + share * (high**exponent - low**exponent)) ** (1.0 / exponent)
    return np.asarray(radii, np.float64)


def _angles(rng: np.random.Generator, recipe: Recipe, count: int) -> NDArray[np.floating[Any]]:
    if recipe.upright:
        tilt = rng.normal(0.0, 0.3) if rng.random() < 0.5 else 0.0
        return tilt + rng.integers(0, 2, count) * (np.pi / 2)
    spread = np.pi * (1.0 - recipe.coherence)
    return rng.uniform(0, 2 * np.pi) + rng.uniform(-spread, spread, count)


def _shape(rng: np.random.Generator, leaves: NDArray[np.void]) -> None:
    count = len(leaves)
    shape = np.zeros((count, 4))
    shape[:, :2] = rng.uniform(0.0, 0.35, (count, 2)) * (1.0, 0.5)
    shape[:, 2:] = rng.uniform(0.0, 2 * np.pi, (count, 2))
    polygon, ring, stroke = (leaves["kind"] == kind for kind in (POLYGON, RING, STROKE))
    shape[polygon, 0] = rng.integers(3, 8, int(polygon.sum()))
    shape[ring, 0] = rng.uniform(0.5, 0.95, int(ring.sum()))
    shape[stroke, 0] = rng.normal(0.0, 0.15, int(stroke.sum()))
    shape[stroke, 1] = rng.random(int(stroke.sum()))
    leaves["shape"] = shape


def _fill(
    rng: np.random.Generator, leaves: NDArray[np.void], recipe: Recipe, textures: int
) -> None:
    count = len(leaves)
    colours = palette(rng, int(rng.integers(4, 400)))
    leaves["colour"] = colours[rng.integers(0, len(colours), count)]
    leaves["further"] = colours[rng.integers(0, len(colours), count)]
    graded = rng.random(count) < 0.4
    leaves["slope"] = np.where(graded, rng.uniform(-0.5, 0.5, count), 0.0)
    leaves["further"][~graded] = leaves["colour"][~graded]
    leaves["texture"] = rng.integers(0, textures, count)
    amount = rng.gamma(0.8, recipe.textured, count)
    leaves["amount"] = np.where(rng.random(count) < 0.25, 0.0, np.minimum(amount, 0.4))
    leaves["tint"] = 1.0 + rng.normal(0.0, 0.25, (count, 3))
    leaves["scale"] = np.exp(rng.uniform(np.log(0.15), np.log(1.2), count))
    leaves["turn"] = rng.uniform(0.0, 2 * np.pi, count)
    leaves["round"] = np.where(rng.random(count) < 0.5, rng.uniform(0, 1, count), 0.0)
    leaves["round"] *= recipe.rounded


def _background(rng: np.random.Generator, side: int) -> Floats:
    corners = palette(rng, 4).reshape(2, 2, 3)
    share = np.linspace(0.0, 1.0, side, dtype=np.float32)
    rows = corners[0][None] + share[:, None, None] * (corners[1] - corners[0])[None]
    left, right = rows[:, None, 0], rows[:, None, 1]
    return np.ascontiguousarray(left + share[None, :, None] * (right - left), np.float32)
