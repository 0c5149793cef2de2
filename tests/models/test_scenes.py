"""The drawing that the tiny model learns from."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tests.models.scenes.compose import Scene, random_scene
from tests.models.scenes.grounds import ground_picture
from tests.models.scenes.masks import covered, random_mask, widened
from tests.models.scenes.shapes import coverage, shape_distance
from tests.models.scenes.words import (
    SHAPE_WORDS,
    TRAINED,
    WITHHELD,
    Colour,
    Ground,
    Shape,
    every_sentence,
    ground_sentence,
    thing_sentence,
)


def scenes(count: int) -> list[Scene]:
    return [random_scene(np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("size", [(64, 64), (128, 96), (200, 136)])
def test_a_seed_is_a_scene(size):
    first, again, other = (random_scene(np.random.default_rng(seed), size) for seed in (3, 3, 4))
    assert first.picture().shape == (*size, 3)
    assert first.picture().dtype == np.uint8
    assert np.array_equal(first.picture(), again.picture())
    assert not np.array_equal(first.picture(), other.picture())


def test_withheld_pairs_are_never_drawn_nor_said():
    drawn = {(thing.colour, thing.shape) for scene in scenes(1500) for thing in scene.things}
    assert drawn == set(TRAINED)
    assert not drawn & WITHHELD
    sentences = every_sentence()
    for colour, shape in WITHHELD:
        assert not any(f"{colour} {shape}" in sentence for sentence in sentences)


def test_every_colour_and_every_shape_is_both_trained_and_mostly_withheld_once():
    assert {colour for colour, _ in TRAINED} == set(Colour)
    assert {shape for _, shape in TRAINED} == set(Shape)
    assert sorted(shape for _, shape in WITHHELD) == sorted(Shape)
    assert len({colour for colour, _ in WITHHELD}) == len(WITHHELD)


def test_sentences_name_what_is_drawn():
    rng = np.random.default_rng(0)
    for colour, shape in product((Colour.RED, Colour.BLUE), Shape):
        sentence = thing_sentence(colour, shape, Ground.SKY, rng)
        assert colour in sentence
        assert any(word in sentence for word in SHAPE_WORDS.get(shape, (shape,)))
    for ground in Ground:
        assert not any(colour in ground_sentence(ground, rng).split() for colour in Colour)


@pytest.mark.parametrize("shape", Shape)
def test_distance_is_negative_inside_and_a_length_outside(shape):
    distance = shape_distance(shape, (80, 80), (40, 40), 20)
    assert distance.dtype == np.float32
    assert (distance < 0).sum() > 300
    assert distance[0, 0] > 20
    # A distance field nowhere changes by more than a pixel from one pixel to the next.
    assert np.abs(np.diff(distance, axis=0)).max() < 1.05
    assert set(np.unique(coverage(distance)[:2])) == {0}


def test_a_ring_has_a_hole_and_a_turn_turns():
    ring = shape_distance(Shape.RING, (81, 81), (40.5, 40.5), 30)
    assert ring[40, 40] > 0
    straight, turned = (
        shape_distance(Shape.SQUARE, (81, 81), (40.5, 40.5), 30, turn) < 0 for turn in (0.0, 0.25)
    )
    assert abs(int(straight.sum()) - int(turned.sum())) < 90
    assert (straight ^ turned).sum() > 200


@pytest.mark.parametrize("ground", Ground)
def test_grounds_are_textured_and_less_saturated_than_any_shape(ground):
    picture = ground_picture(ground, (128, 128), np.random.default_rng(1))
    assert picture.shape == (128, 128, 3)
    assert picture.std(axis=(0, 1)).max() > 0.02
    spread = picture.max(axis=-1) - picture.min(axis=-1)
    assert np.percentile(spread / picture.max(axis=-1), 99) < 0.52


def test_clearing_leaves_the_ground():
    scene = random_scene(np.random.default_rng(5))
    away = np.abs(scene.picture().astype(int) - scene.cleared().picture()).max(axis=-1) > 0
    assert away.any()
    assert not (away & (scene.things[0].distance(scene.size) > 1)).any()


def test_masks_are_of_every_kind_and_never_empty():
    rng = np.random.default_rng(0)
    masks = [(scene, random_mask(scene, rng)) for scene in scenes(80)]
    assert all(mask.any() and mask.shape == scene.size for scene, mask in masks)
    shares = [covered(scene, mask) for scene, mask in masks]
    assert min(shares) < 0.1
    assert sum(share > 0.99 for share in shares) > 40
    assert any(mask.all() for _, mask in masks)


def test_widened_masks_grow_by_pixels():
    mask = np.zeros((21, 21), bool)
    mask[10, 10] = True
    grown = widened(mask, 3)
    assert grown[10, 13]
    assert not grown[10, 14]
