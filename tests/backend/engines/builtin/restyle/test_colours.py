from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.restyle.oklab import from_oklab, to_oklab
from velatura_backend.engines.builtin.restyle.table import SIDE, ColourTable, colour_table
from velatura_backend.engines.builtin.restyle.transport import sampled, transported
from velatura_backend.imaging.banded import unchecked
from velatura_backend.imaging.lut import identity_lattice, looked_up
from velatura_protocol.errors import Cancelled

SERIAL = 3


@pytest.fixture
def lanes():
    with Lanes(2, CancelToken(np.zeros(1, np.int64), SERIAL)) as made:
        yield made


def no_check():
    """Nobody stops it."""


def cloud(mean, spread, seed=0, count=4000):
    return np.random.default_rng(seed).normal(mean, spread, (count, 3)).astype(np.float32)


def image_of(colours, side=64):
    image = np.ones((side, side, 4), np.float32)
    image[..., :3] = np.clip(colours[: side * side], 0.0, 1.0).reshape(side, side, 3)
    return image


def test_oklab_of_white_and_of_the_primaries():
    """Values of the article that defines it."""
    white = to_oklab(np.ones((1, 3), np.float32))[0]
    red = to_oklab(np.array([[1.0, 0.0, 0.0]], np.float32))[0]
    assert np.allclose(white, (1.0, 0.0, 0.0), atol=2e-3)
    assert np.allclose(red, (0.628, 0.225, 0.126), atol=2e-3)


@settings(max_examples=30)
@given(st.lists(st.floats(0.0, 1.0, width=32), min_size=3, max_size=3))
def test_oklab_and_back(colour):
    colours = np.array([colour], np.float32)
    assert np.allclose(from_oklab(to_oklab(colours)), colours, atol=2e-4)


def test_transport_gives_the_wanted_distribution():
    moved = transported(
        cloud((0.3, 0.5, 0.2), (0.1, 0.02, 0.05)),
        cloud((0.7, 0.1, 0.4), (0.02, 0.1, 0.05), seed=1),
        np.random.default_rng(0),
        no_check,
    )
    assert np.allclose(moved.mean(axis=0), (0.7, 0.1, 0.4), atol=0.01)
    assert np.allclose(moved.std(axis=0), (0.02, 0.1, 0.05), atol=0.02)


def test_transport_to_itself_moves_hardly_anything():
    own = cloud((0.5, 0.5, 0.5), 0.1)
    moved = transported(own, own.copy(), np.random.default_rng(0), no_check)
    assert np.abs(moved - own).max() < 1e-4


def test_what_is_transparent_or_unselected_is_not_sampled():
    image = image_of(np.full((4096, 3), 0.2))
    image[:32, :, :3], image[:32, :, 3] = 0.9, 0.0
    mask = np.ones((64, 64), np.float32)
    image[32:40, :, :3], mask[32:40] = 0.7, 0.0
    found = sampled(image, mask, np.random.default_rng(0), unchecked)
    assert len(found)
    assert np.allclose(found, 0.2)


def test_a_single_selected_pixel_is_found():
    image, mask = image_of(np.full((4096, 3), 0.2)), np.zeros((64, 64), np.float32)
    mask[5, 7], image[5, 7, :3] = 1.0, 0.6
    assert np.allclose(sampled(image, mask, np.random.default_rng(0), unchecked), 0.6)


def test_the_same_colours_are_left_alone(lanes):
    image = image_of(cloud(0.5, 0.15, count=4096))
    table = colour_table(image, None, image, 0, lanes)
    moved = np.abs(table.applied(image, 1.0, lanes) - image)
    assert moved.mean() < 0.004
    assert np.quantile(moved, 0.99) < 0.02


def test_nothing_to_go_by_changes_nothing(lanes):
    image, style = image_of(cloud(0.5, 0.2, count=4096)), np.zeros((8, 8, 4), np.float32)
    assert not colour_table(image, None, style, 0, lanes).change.any()


def test_a_gradient_through_the_pictures_colours_gets_no_bands(lanes):
    """Its steps are 1/256 and change by less than that from one to the next."""
    image = image_of(cloud((0.5, 0.4, 0.3), (0.2, 0.1, 0.15), count=4096))
    style = image_of(cloud((0.3, 0.5, 0.7), (0.1, 0.2, 0.05), seed=4, count=4096))
    table = colour_table(image, None, style, 0, lanes)
    for way in np.eye(3):
        ramp = np.ones((1, 128, 4), np.float32)
        ramp[0, :, :3] = (0.5, 0.4, 0.3) + np.linspace(-0.25, 0.25, 128)[:, None] * way
        graded = table.applied(ramp, 1.0, lanes)[0, :, :3]
        assert np.abs(np.diff(graded, n=2, axis=0)).max() < 1.0 / 256.0


def test_the_kernel_interpolates_as_everybody_does(lanes):
    generator = np.random.default_rng(3)
    change = generator.normal(0.0, 0.1, (SIDE, SIDE, SIDE, 3)).astype(np.float32)
    image = np.ones((40, 40, 4), np.float32)
    image[..., :3] = generator.random((40, 40, 3), dtype=np.float32)
    found = ColourTable(change).applied(image, 1.0, lanes)[..., :3]
    wanted = looked_up(identity_lattice(SIDE) + change, image[..., :3])
    assert np.allclose(found, wanted, atol=2e-6)


def test_values_beyond_the_table_keep_their_distance(lanes):
    change = np.full((SIDE, SIDE, SIDE, 3), 0.1, np.float32)
    image = np.array([[[-0.5, 3.0, 0.5, 1.0], [np.nan, 0.2, 0.2, 0.3]]], np.float32)
    result = ColourTable(change).applied(image, 0.5, lanes)
    assert np.allclose(result[0, 0], (-0.45, 3.05, 0.55, 1.0))
    assert np.isnan(result[0, 1, 0])
    assert np.array_equal(result[0, 1, 1:], image[0, 1, 1:])


def test_a_grade_stops_when_told_to():
    token = CancelToken(np.zeros(1, np.int64), SERIAL)
    table = ColourTable(np.zeros((SIDE, SIDE, SIDE, 3), np.float32))
    with Lanes(1, token) as lanes:
        token.flag[0] = SERIAL
        with pytest.raises(Cancelled):
            table.applied(np.zeros((512, 512, 4), np.float32), 1.0, lanes)
