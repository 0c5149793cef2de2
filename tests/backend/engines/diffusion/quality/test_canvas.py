from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.diffusion.quality.canvas import beyond, canvas_of, to_crop


def test_opaque_colours_are_what_they_are():
    image = np.random.default_rng(0).random((9, 11, 4), np.float32)
    image[..., 3] = 1.0
    canvas = canvas_of(image)
    assert np.array_equal(canvas.colours, image[..., :3])
    assert canvas.known.all()


def test_grey_is_three_equal_channels_and_grey_again():
    image = np.dstack([np.linspace(0, 1, 30, dtype=np.float32).reshape(5, 6), np.ones((5, 6))])
    image = image.astype(np.float32)
    canvas = canvas_of(image)
    assert canvas.colours.shape == (5, 6, 3)
    back = to_crop(canvas.colours, image[..., 1], 2)
    assert back == pytest.approx(image, abs=1e-6)


def test_hidden_colour_is_not_seen():
    image = np.full((16, 16, 4), (0.0, 1.0, 0.0, 0.0), np.float32)
    image[4:12, 4:12] = (0.8, 0.4, 0.2, 1.0)
    canvas = canvas_of(image)
    assert canvas.colours == pytest.approx(np.broadcast_to((0.8, 0.4, 0.2), (16, 16, 3)), abs=1e-5)
    assert not canvas.known[0, 0]


def test_half_visible_colour_is_kept_as_it_is():
    image = np.random.default_rng(1).random((12, 12, 4), np.float32)
    image[..., 3] = 0.3
    assert np.array_equal(canvas_of(image).colours, image[..., :3])


def test_nothing_visible_is_paper():
    assert (canvas_of(np.zeros((4, 4, 4), np.float32)).colours == 1.0).all()


def test_infinities_are_not_known_and_highlights_are_cut():
    image = np.full((8, 8, 4), 0.5, np.float32)
    image[..., 3] = 1.0
    image[0, 0, 0], image[1, 1, 1], image[2, 2, 2], image[3, 3, 0] = np.nan, np.inf, 40.0, -3.0
    canvas = canvas_of(image)
    assert np.isfinite(canvas.colours).all()
    assert canvas.colours.min() >= 0.0
    assert canvas.colours.max() <= 1.0
    assert not canvas.known[0, 0]
    assert not canvas.known[1, 1]
    assert canvas.known[2, 2]
    over = beyond(image)
    assert over[2, 2, 2] == 39.0
    assert over[3, 3, 0] == -3.0
    assert np.isfinite(over).all()


def test_colour_under_no_alpha_is_none():
    alpha = np.array([[0.0, 1.0]], np.float32)
    assert not to_crop(np.ones((1, 2, 3), np.float32), alpha, 4)[0, 0].any()
