"""What the denoiser learns from: a picture, a mask, and what a sentence says of the hole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.models.scenes.compose import Scene, random_scene
from tests.models.scenes.masks import covered, random_mask
from tests.models.scenes.words import Colour, Ground, Shape, ground_sentence, thing_sentence

CLEARED_SHARE = 0.1
ENOUGH = 0.25  # of the shape under the mask: less, and the sentence speaks of the ground


@dataclass(frozen=True, slots=True)
class Caption:
    """What is under the mask; ``thing`` is none where that is the ground alone."""

    ground: Ground
    thing: tuple[Colour, Shape] | None

    def sentence(self, rng: np.random.Generator) -> str:
        if self.thing is None:
            return ground_sentence(self.ground, rng)
        return thing_sentence(*self.thing, self.ground, rng)


@dataclass(frozen=True, slots=True)
class Example:
    """``picture`` (height, width, 3) uint8 and ``mask`` (height, width), true where painted."""

    picture: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    caption: Caption

    def holed(self) -> NDArray[np.uint8]:
        """The picture with the hole in middle grey, as inpainting pipelines encode it."""
        return np.where(self.mask[..., None], np.uint8(128), self.picture)


def _without_hidden_bystanders(scene: Scene, mask: NDArray[np.bool_]) -> Scene:
    """No sentence names a bystander, so none may lie under the mask."""
    seen = (
        thing for thing in scene.things[1:] if not (mask & (thing.distance(scene.size) < 1)).any()
    )
    return replace(scene, things=(scene.things[0], *seen))


def example(seed: int, index: int, size: tuple[int, int]) -> Example:
    """The example of that seed and index: the same each time."""
    rng = np.random.default_rng((seed, index, *size))
    scene = random_scene(rng, size)
    mask = random_mask(scene, rng)
    scene = _without_hidden_bystanders(scene, mask)
    thing = scene.things[0]
    if rng.random() < CLEARED_SHARE:
        return Example(scene.cleared().picture(), mask, Caption(scene.ground, None))
    told = (thing.colour, thing.shape) if covered(scene, mask) >= ENOUGH else None
    return Example(scene.picture(), mask, Caption(scene.ground, told))
