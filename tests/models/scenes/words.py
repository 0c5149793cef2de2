"""What a scene can show, and the sentences that say it."""

from __future__ import annotations

from enum import StrEnum
from itertools import product

import numpy as np


class Colour(StrEnum):
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    CYAN = "cyan"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"


class Shape(StrEnum):
    DISC = "disc"
    SQUARE = "square"
    TRIANGLE = "triangle"
    RING = "ring"
    STAR = "star"
    CROSS = "cross"


class Ground(StrEnum):
    WOOD = "wood"
    GRASS = "grass"
    SAND = "sand"
    BRICK = "brick"
    CLOTH = "cloth"
    SKY = "sky"


WITHHELD: frozenset[tuple[Colour, Shape]] = frozenset(
    {
        (Colour.RED, Shape.STAR),
        (Colour.ORANGE, Shape.SQUARE),
        (Colour.YELLOW, Shape.CROSS),
        (Colour.GREEN, Shape.TRIANGLE),
        (Colour.BLUE, Shape.RING),
        (Colour.PURPLE, Shape.DISC),
    }
)
"""Pairs that are never drawn in training, so that a model must put them together itself."""

TRAINED: tuple[tuple[Colour, Shape], ...] = tuple(
    pair for pair in product(Colour, Shape) if pair not in WITHHELD
)

COLOUR_WORDS: dict[Colour, tuple[str, ...]] = {
    Colour.CYAN: ("cyan", "turquoise"),
    Colour.PURPLE: ("purple", "violet"),
}
SHAPE_WORDS: dict[Shape, tuple[str, ...]] = {
    Shape.DISC: ("disc", "circle"),
    Shape.SQUARE: ("square", "box"),
    Shape.RING: ("ring", "hoop"),
    Shape.CROSS: ("cross", "plus"),
}
GROUND_WORDS: dict[Ground, tuple[str, ...]] = {
    Ground.WOOD: ("wood", "a wooden table", "wooden boards"),
    Ground.GRASS: ("grass", "a lawn"),
    Ground.SAND: ("sand", "a beach"),
    Ground.BRICK: ("brick", "a brick wall"),
    Ground.CLOTH: ("cloth", "woven cloth"),
    Ground.SKY: ("sky", "a cloudy sky"),
}
PLAIN_SHARE = 0.5  # of the sentences follow the first template, as most people would say it
THING_TEMPLATES = (
    "a {colour} {shape} on {ground}",
    "{colour} {shape} on {ground}",
    "a {shape}, {colour}, on {ground}",
    "on {ground}, a {colour} {shape}",
    "a picture of a {colour} {shape} on {ground}",
    "a {colour} {shape}",
    "{colour} {shape}",
    "one large {colour} {shape}",
    "a {shape}, {colour}",
    "the {shape} is {colour}",
)
GROUND_TEMPLATES = ("{ground}", "plain {ground}", "only {ground}", "nothing but {ground}")


def _word(
    words: dict[Colour, tuple[str, ...]] | dict[Shape, tuple[str, ...]],
    item: Colour | Shape,
    rng: np.random.Generator,
) -> str:
    # The plain name comes up more than half the time: it is what people type.
    choices = words.get(item, (str(item),))  # pyright: ignore[reportArgumentType, reportCallIssue]
    return choices[0] if rng.random() < 0.7 else str(rng.choice(choices))


def thing_sentence(colour: Colour, shape: Shape, ground: Ground, rng: np.random.Generator) -> str:
    """A sentence that names the shape and its colour, often the ground too."""
    plain = rng.random() < PLAIN_SHARE
    return (THING_TEMPLATES[0] if plain else str(rng.choice(THING_TEMPLATES))).format(
        colour=_word(COLOUR_WORDS, colour, rng),
        shape=_word(SHAPE_WORDS, shape, rng),
        ground=rng.choice(GROUND_WORDS[ground]),
    )


def ground_sentence(ground: Ground, rng: np.random.Generator) -> str:
    """A sentence that names the ground alone: what to paint where no shape is wanted."""
    return str(rng.choice(GROUND_TEMPLATES)).format(ground=rng.choice(GROUND_WORDS[ground]))


def every_sentence() -> list[str]:
    """All sentences there are, withheld pairs left out: what the vocabulary is learnt from."""
    things = {
        template.format(colour=colour_word, shape=shape_word, ground=ground_word)
        for template in THING_TEMPLATES
        for colour, shape in TRAINED
        for colour_word in COLOUR_WORDS.get(colour, (colour,))
        for shape_word in SHAPE_WORDS.get(shape, (shape,))
        for ground in Ground
        for ground_word in GROUND_WORDS[ground]
    }
    grounds = {
        template.format(ground=word)
        for template in GROUND_TEMPLATES
        for ground in Ground
        for word in GROUND_WORDS[ground]
    }
    return sorted(things | grounds)
