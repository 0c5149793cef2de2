"""Scenes: where the shape lies, the picture of it, and the outline as the drawing knows it."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.models.scenes.grounds import ground_picture
from tests.models.scenes.shapes import coverage, shape_distance
from tests.models.scenes.words import TRAINED, Colour, Ground, Shape

HUES: dict[Colour, float] = {
    Colour.RED: 356.0,
    Colour.ORANGE: 27.0,
    Colour.YELLOW: 54.0,
    Colour.GREEN: 135.0,
    Colour.CYAN: 182.0,
    Colour.BLUE: 224.0,
    Colour.PURPLE: 272.0,
    Colour.PINK: 322.0,
}
"""Hue in degrees at the middle of each colour; scenes stray by up to `HUE_STRAY`."""
HUE_STRAY = 5.0


@dataclass(frozen=True, slots=True)
class Thing:
    """One shape: centre (y, x) and radius in pixels, turn in radians, colour as RGB 0 to 1."""

    colour: Colour
    shape: Shape
    centre: tuple[float, float]
    radius: float
    turn: float
    rgb: tuple[float, float, float]

    def distance(self, size: tuple[int, int]) -> NDArray[np.float32]:
        return shape_distance(self.shape, size, self.centre, self.radius, self.turn)


@dataclass(frozen=True, slots=True)
class Scene:
    """A ground with things on it; the first thing is the one that sentences speak of."""

    size: tuple[int, int]
    ground: Ground
    ground_seed: int
    things: tuple[Thing, ...]

    def cleared(self) -> Scene:
        """The same scene without the thing that sentences speak of."""
        return replace(self, things=self.things[1:])

    def picture(self) -> NDArray[np.uint8]:
        """``(height, width, 3)`` uint8 RGB."""
        rng = np.random.default_rng(self.ground_seed)
        picture = ground_picture(self.ground, self.size, rng)
        for thing in reversed(self.things):
            inside = coverage(thing.distance(self.size))[..., None]
            picture += (np.asarray(thing.rgb, np.float32) - picture) * inside
        return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def colour_rgb(colour: Colour, rng: np.random.Generator) -> tuple[float, float, float]:
    """A colour as a scene shows it: saturated, its hue a little off the middle."""
    hue = (HUES[colour] + rng.uniform(-HUE_STRAY, HUE_STRAY)) / 360 % 1
    return colorsys.hsv_to_rgb(hue, rng.uniform(0.82, 0.94), rng.uniform(0.82, 0.94))


def _thing(
    pair: tuple[Colour, Shape],
    size: tuple[int, int],
    radii: tuple[float, float],
    rng: np.random.Generator,
) -> Thing:
    radius = rng.uniform(*radii) * min(size)
    spans = [side - 2 * 1.05 * radius for side in size]
    y, x = (1.05 * radius + rng.uniform(0, max(span, 1.0)) for span in spans)
    turn = rng.uniform(-0.25, 0.25)
    return Thing(*pair, (y, x), radius, turn, colour_rgb(pair[0], rng))


def _apart(thing: Thing, other: Thing) -> bool:
    gap = np.hypot(thing.centre[0] - other.centre[0], thing.centre[1] - other.centre[1])
    return bool(gap > 1.15 * (thing.radius + other.radius))


def random_scene(
    rng: np.random.Generator,
    size: tuple[int, int] = (128, 128),
    pair: tuple[Colour, Shape] | None = None,
    ground: Ground | None = None,
) -> Scene:
    """A scene of a trained pair (or of ``pair``), sometimes with a smaller bystander."""
    pair = TRAINED[rng.integers(len(TRAINED))] if pair is None else pair
    ground = tuple(Ground)[rng.integers(len(Ground))] if ground is None else ground
    things = [_thing(pair, size, (0.19, 0.36), rng)]
    if rng.random() < 0.35:
        bystander = _thing(TRAINED[rng.integers(len(TRAINED))], size, (0.11, 0.2), rng)
        if _apart(things[0], bystander):
            things.append(bystander)
    return Scene(size, ground, int(rng.integers(2**31)), tuple(things))
