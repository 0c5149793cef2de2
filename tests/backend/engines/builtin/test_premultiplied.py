from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from velatura_backend.engines.builtin.premultiplied import from_working, to_working

COLOURS = arrays(np.float32, (3, 4, 3), elements=st.floats(-8, 1000, width=32))
ALPHAS = arrays(np.float32, (3, 4, 1), elements=st.sampled_from([0.125, 0.5, 1.0]))


@settings(max_examples=50)
@given(COLOURS, ALPHAS)
def test_there_and_back(colours: np.ndarray, alpha: np.ndarray) -> None:
    image = np.concatenate([colours, alpha], axis=2)
    back = from_working(to_working(image), 4)
    np.testing.assert_allclose(back, image, rtol=2e-5, atol=1e-6)


def test_an_opaque_picture_is_left_as_it_is() -> None:
    image = np.random.default_rng(1).random((5, 6, 4), dtype=np.float32)
    image[..., 3] = 1.0
    working = to_working(image)
    assert working.shape == (5, 6, 3)
    np.testing.assert_array_equal(working, image[..., :3])
    np.testing.assert_array_equal(from_working(working, 4), image)


def test_colour_under_no_alpha_does_not_count() -> None:
    image = np.array([[[0.9, 0.2, 0.4, 0.0], [0.1, 0.2, 0.3, 1.0]]], np.float32)
    working = to_working(image)
    assert (working[0, 0] == 0.0).all()
    assert (from_working(working, 4)[0, 0] == 0.0).all()


def test_what_is_not_finite_counts_as_nothing() -> None:
    image = np.array([[[np.nan, np.inf, -np.inf, 1.0]]], np.float32)
    assert (to_working(image) == 0.0).all()


def test_a_highlight_is_compressed() -> None:
    image = np.array([[[1000.0, 1.0, 0.5, 1.0]]], np.float32)
    bright, one, half = to_working(image)[0, 0]
    assert 1.0 < bright < 10.0
    assert (one, half) == (1.0, 0.5)


def test_what_was_added_to_the_brightest_there_is_stays_finite() -> None:
    brightest = to_working(np.full((1, 1, 2), np.finfo(np.float32).max, np.float32))
    assert np.isfinite(from_working(brightest, 2)).all()
    assert np.isfinite(from_working(brightest + np.float32(20.0), 2)).all()


def test_the_brightest_there_is_stays_finite_where_it_is_hardly_seen() -> None:
    brightest = to_working(np.full((1, 2, 4), np.finfo(np.float32).max, np.float32))
    seen = np.array([[[0.5], [1.0 / 1000.0]]], np.float32)
    for sign in (1.0, -1.0):
        working = np.concatenate([np.float32(sign) * brightest[..., :3], seen], axis=2)
        assert np.isfinite(from_working(working, 4)).all()


def test_grey_has_one_colour() -> None:
    image = np.array([[[0.5, 0.5]]], np.float32)
    assert to_working(image).shape == (1, 1, 2)
    np.testing.assert_allclose(from_working(to_working(image), 2), image)
