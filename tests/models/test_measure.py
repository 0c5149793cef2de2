"""The eye of the end-to-end tests: it names what is drawn, and says nothing of what is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.models.asked import COUNT, answered, fifty, seen
from tests.models.measure import NOTHING, colour_index, found, shape_fit
from tests.models.scenes.compose import HUES, Scene, random_scene
from tests.models.scenes.words import WITHHELD, Colour, Ground, Shape

EVERYWHERE = np.ones((128, 128), bool)


def alone(colour: Colour, shape: Shape, seed: int = 0) -> Scene:
    scene = random_scene(np.random.default_rng(seed), pair=(colour, shape))
    return replace(scene, things=scene.things[:1])


@pytest.mark.parametrize("colour", Colour)
def test_every_pair_is_named_on_every_ground(colour):
    for shape, ground in zip(Shape, Ground, strict=True):
        scene = replace(alone(colour, shape, len(shape)), ground=ground)
        finding = found(scene.picture(), EVERYWHERE)
        assert finding.shows(colour, shape), (ground, finding)
        others = set(product(Colour, Shape)) - {(colour, shape)}
        assert not any(finding.shows(*other) for other in others)


@pytest.mark.parametrize("ground", Ground)
def test_there_is_nothing_on_plain_ground(ground):
    scene = replace(alone(Colour.RED, Shape.DISC), ground=ground)
    assert found(scene.cleared().picture(), EVERYWHERE).colour is None


def test_what_lies_outside_the_mask_is_not_seen():
    scene = alone(Colour.BLUE, Shape.STAR)
    beside = scene.things[0].distance(scene.size) > 2
    assert found(scene.picture(), beside) == NOTHING
    assert found(scene.picture(), np.zeros((128, 128), bool)) == NOTHING


def test_half_a_shape_or_two_colours_are_not_what_was_asked():
    scene = alone(Colour.GREEN, Shape.DISC)
    half = EVERYWHERE.copy()
    half[:, int(scene.things[0].centre[1]) :] = False
    assert not found(scene.picture(), half).shows(Colour.GREEN, Shape.DISC)
    mixed = scene.picture()
    mixed[half] = mixed[half][:, ::-1]
    mixed[:40] = (220, 20, 20)
    assert not found(mixed, EVERYWHERE).shows(Colour.GREEN, Shape.DISC)


def test_noise_and_grey_show_nothing_of_what_is_asked():
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8)
    grey = np.full((128, 128, 3), 128, np.uint8)
    for colour, shape in product(Colour, Shape):
        assert not found(noise, EVERYWHERE).shows(colour, shape)
        assert not found(grey, EVERYWHERE).shows(colour, shape)


def test_bytes_and_floats_are_the_same_colours():
    picture = alone(Colour.CYAN, Shape.RING).picture()
    assert np.array_equal(colour_index(picture), colour_index(picture / np.float64(255)))
    assert len(set(HUES.values())) == len(Colour)


def test_a_shape_fits_itself_best():
    for shape in Shape:
        patch = alone(Colour.PINK, shape, 7).things[0].distance((128, 128)) < 0
        fits = {other: shape_fit(patch, other) for other in Shape}
        assert max(fits, key=lambda one: fits[one]) is shape
        assert fits[shape] > 0.9


def test_the_fifty_are_fixed_and_hold_withheld_pairs():
    asked = fifty()
    assert len(set(asked)) == COUNT
    assert {(one.colour, one.shape) for one in asked} >= WITHHELD
    assert asked[0].sentence.startswith(("a ", "an "))
    for one in asked:
        assert one.picture().shape == (128, 128, 3)
        assert 76 * 76 <= one.mask().sum() <= 92 * 92
        assert seen(one, one.picture()).colour is None
    assert not any(answered(asked, [one.picture() for one in asked]))
