"""Fifty fixed requests, and how many of them a painter of pictures answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tests.models.measure import Finding, found
from tests.models.scenes.grounds import ground_picture
from tests.models.scenes.words import TRAINED, WITHHELD, Colour, Ground, Shape

SIDE = 128
COUNT = 50
WITHHELD_COUNT = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """A shape in a colour, wanted in a hole in a picture of a ground."""

    colour: Colour
    shape: Shape
    ground: Ground
    seed: int

    @property
    def sentence(self) -> str:
        article = "an" if self.colour is Colour.ORANGE else "a"
        return f"{article} {self.colour} {self.shape} on {self.ground}"

    def picture(self) -> NDArray[np.uint8]:
        """``(128, 128, 3)``: the ground alone."""
        rng = np.random.default_rng((self.seed, 0))
        return np.rint(ground_picture(self.ground, (SIDE, SIDE), rng) * 255).astype(np.uint8)

    def mask(self) -> NDArray[np.bool_]:
        """A box of 76 to 92 pixels a side, wholly within the picture."""
        rng = np.random.default_rng((self.seed, 1))
        height, width = rng.integers(76, 93, 2)
        top, left = rng.integers(SIDE - height + 1), rng.integers(SIDE - width + 1)
        mask = np.zeros((SIDE, SIDE), bool)
        mask[top : top + height, left : left + width] = True
        return mask


@cache
def fifty() -> tuple[Asked, ...]:
    """The same each time: 38 of trained pairs, 12 of the withheld ones (each twice)."""
    rng = np.random.default_rng(50)
    trained = [TRAINED[index] for index in rng.permutation(len(TRAINED))[: COUNT - WITHHELD_COUNT]]
    withheld = sorted(WITHHELD) * (WITHHELD_COUNT // len(WITHHELD))
    return tuple(
        Asked(colour, shape, tuple(Ground)[index % len(Ground)], 1000 + index)
        for index, (colour, shape) in enumerate([*trained, *withheld])
    )


def seen(asked: Asked, picture: NDArray[np.uint8]) -> Finding:
    """What a picture shows under the mask of that request."""
    return found(picture, asked.mask())


def answered(asked: Sequence[Asked], pictures: Sequence[NDArray[np.uint8]]) -> list[bool]:
    """For each request, whether its picture shows what it asks for."""
    return [
        seen(one, picture).shows(one.colour, one.shape)
        for one, picture in zip(asked, pictures, strict=True)
    ]
