from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import picture
from velatura_backend.engines.builtin.networks.planes import (
    SPREAD,
    join,
    part,
    repeated,
    within_neighbours,
)


@pytest.mark.parametrize("channels", [2, 4])
def test_parted_and_joined_it_is_the_same(channels):
    image = picture(12, 9, channels)
    image[2, 3, 0] = 7.5
    image[4, 4, 0] = -3.0
    parted = part(image)
    assert parted.alpha is None
    assert parted.colours.shape == (3, 12, 9)
    assert parted.colours.max() < 4.0
    assert np.allclose(join(parted.colours, None, channels), image, atol=1e-5)


def test_colour_is_carried_into_transparency_and_no_hidden_colour_is_seen():
    image = picture(40, 40, 4)
    image[:, :20, :3] = 0.7
    image[:, 20:, :3] = 99.0
    image[:, 20:, 3] = 0.0
    colours = part(image).colours
    assert np.allclose(colours[:, :, : 20 + SPREAD], 0.7, atol=1e-6)
    assert (colours[:, :, 20 + SPREAD :] == 0.0).all()


def test_what_is_no_number_counts_as_nothing():
    image = picture(5, 5, 4)
    image[2, 2] = np.nan
    parted = part(image)
    assert np.isfinite(parted.colours).all()
    assert parted.alpha is not None
    assert parted.alpha[2, 2] == 0.0


def test_values_stay_between_their_neighbours():
    before = np.zeros((4, 4), np.float32)
    before[:, 2:] = 1.0
    wild = np.random.default_rng(0).normal(0.5, 3.0, (8, 8)).astype(np.float32)
    held = within_neighbours(wild, before)
    assert (held[:, :2] == 0.0).all()
    assert (held[:, 6:] == 1.0).all()
    assert held.min() >= 0.0
    assert held.max() <= 1.0


def test_repeated_pixels():
    array = np.array([[1, 2]], np.float32)
    assert repeated(array, 2).tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
