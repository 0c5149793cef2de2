"""The training room's pictures; what needs torch is looked at there, not here."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from training.degrade import REDUCERS, Levels, degraded, jpeg_quality, random_levels, reduced
from training.gallery import Gallery
from training.scenes.colours import palette, to_encoded, to_linear
from training.scenes.compose import picture
from training.scenes.textures import SIDE, atlas

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_is_a_picture(seed):
    first = picture(seed, 64)
    assert first.shape == (64, 64, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, picture(seed, 64))
    assert first.std() > 3.0


def test_seeds_differ():
    pictures = [picture(seed, 48) for seed in SEEDS]
    for index, one in enumerate(pictures):
        assert not any(np.array_equal(one, other) for other in pictures[index + 1 :])


def test_textures_wrap_and_are_normed():
    textures = atlas(np.random.default_rng(0), 5)
    assert textures.shape == (5, SIDE, SIDE)
    assert np.abs(textures.mean(axis=(1, 2))).max() < 0.3
    assert np.isfinite(textures).all()


def test_colours_are_in_range_and_light_goes_both_ways():
    colours = palette(np.random.default_rng(0), 200)
    assert colours.min() >= 0.0
    assert colours.max() <= 1.0
    assert np.allclose(to_encoded(to_linear(colours)), colours, atol=1e-5)


@pytest.mark.parametrize("how", [how for how, _ in REDUCERS])
def test_small_pictures_are_pillows(how):
    pixels = picture(3, 32)
    expected = np.asarray(Image.fromarray(pixels).resize((16, 16), how))
    assert np.array_equal(reduced(pixels, 2, how), expected)


def test_shares_of_the_reducers_sum_to_one():
    assert abs(sum(share for _, share in REDUCERS) - 1.0) < 1e-12


def test_no_trouble_changes_nothing():
    pixels = picture(2, 48)
    generator = np.random.default_rng(0)
    assert np.array_equal(degraded(generator, pixels, Levels(0.0, 0.0, 0.0)), pixels)


def test_noise_has_the_deviation_of_its_level():
    grey = np.full((128, 128, 3), 128, np.uint8)
    generator = np.random.default_rng(0)
    deviations = [
        degraded(generator, grey, Levels(0.4, 0.0, 0.0)).astype(float).std() for _ in range(20)
    ]
    assert abs(float(np.mean(deviations)) - 20.0) < 1.5


def test_levels_are_in_range_and_often_nothing():
    generator = np.random.default_rng(0)
    drawn = np.array([random_levels(generator).told() for _ in range(400)])
    assert drawn.min() >= 0.0
    assert drawn.max() <= 1.0
    assert ((drawn == 0.0).mean(axis=0) > 0.2).all()


def test_more_jpeg_is_less_quality():
    qualities = [jpeg_quality(level) for level in (0.05, 0.3, 0.6, 1.0)]
    assert qualities == sorted(qualities, reverse=True)
    assert qualities[-1] == 10


def test_the_gallery_is_drawn_once(tmp_path):
    gallery = Gallery(tmp_path / "pictures")
    gallery.draw(1)
    first = gallery.load(0)
    written = gallery.path(0).stat().st_mtime_ns
    gallery.draw(1)
    assert gallery.path(0).stat().st_mtime_ns == written
    assert np.array_equal(first, picture(0, first.shape[0]))
