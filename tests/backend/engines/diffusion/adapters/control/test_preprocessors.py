from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.diffusion.adapters.control.preprocessors import (
    canny,
    colour_grid,
    drawn_lines,
    is_drawing_on_nothing,
    line_art,
    scribble,
    soft_edge,
)

FINDERS = (canny, line_art, soft_edge, scribble)
WHITE = np.ones((96, 128, 3), np.float32)


def a_square(dark=0.2, light=0.9):
    image = np.full((96, 128, 3), light, np.float32)
    image[24:72, 32:96] = dark
    return image


@pytest.mark.parametrize("find", FINDERS)
def test_edges_are_white_where_the_picture_steps_and_black_elsewhere(find):
    found = find(a_square())
    assert found.shape == (96, 128, 3)
    assert found.dtype == np.float32
    assert found[22:27, 64].max() > 0.9
    assert found[40:56, 30:35].max(axis=(1, 2)).min() > 0.9
    assert found[45:51, 60:68].max() == 0.0
    assert found[4:8, 4:124].max() == 0.0


@pytest.mark.parametrize("find", FINDERS)
def test_a_flat_picture_has_none(find):
    assert find(WHITE * 0.5).max() == 0.0


@pytest.mark.parametrize("find", FINDERS)
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (3, 5)])
def test_tiny_pictures(find, shape):
    assert find(np.random.default_rng(0).random((*shape, 3), np.float32)).shape == (*shape, 3)


@pytest.mark.parametrize("find", FINDERS)
def test_strange_values_give_a_picture(find):
    image = a_square()
    image[0, 0], image[1, 1], image[50, 60] = np.nan, np.inf, -5.0
    found = find(image)
    assert np.isfinite(found).all()
    assert found.min() >= 0.0
    assert found.max() <= 1.0


def test_canny_is_one_pixel_thin_and_follows_a_slant():
    assert (canny(a_square())[48, :, 0] > 0).sum() == 2
    y, x = np.mgrid[:80, :80]
    slant = (x > 0.5 * y + 15).astype(np.float32)[..., None].repeat(3, 2)
    columns = canny(slant)[10:70, :, 0].argmax(axis=1)
    assert np.abs(columns - (0.5 * np.arange(10, 70) + 15)).max() <= 1.5


def test_canny_keeps_weak_edges_only_beside_strong_ones():
    image = np.zeros((60, 60, 3), np.float32)
    image[:, 30:] = np.linspace(0.12, 0.6, 60)[:, None, None]
    assert (canny(image)[5:55, 28:32].max(axis=(1, 2)) == 1.0).all()
    image[:, 30:] = 0.12
    assert canny(image).max() == 0.0


def test_line_art_draws_a_line_once():
    image = WHITE.copy()
    image[:, 60:63] = 0.0
    found = line_art(image)[48, :, 0]
    assert found[61] > 0.9
    assert (found > 0.5).sum() <= 5


def test_soft_edges_count_in_the_shade_too():
    bright, shade = soft_edge(a_square()), soft_edge(a_square() * 0.15)
    assert shade[48, 30:35, 0].max() > 0.5 * bright[48, 30:35, 0].max()


def test_a_colour_grid_has_the_mean_of_each_cell():
    image = np.random.default_rng(1).random((100, 130, 3), np.float32)
    grid = colour_grid(image, 64)
    np.testing.assert_allclose(
        grid[:64, :64], np.broadcast_to(image[:64, :64].mean((0, 1)), (64, 64, 3)), atol=1e-5
    )
    np.testing.assert_allclose(
        grid[64:, 128:], np.broadcast_to(image[64:, 128:].mean((0, 1)), (36, 2, 3)), atol=1e-5
    )


def test_drawn_strokes_are_white_whichever_way_they_were_drawn():
    alpha = np.zeros((20, 20), np.float32)
    alpha[10, 2:18] = 1.0
    on_nothing = drawn_lines(np.full((20, 20, 3), 0.9, np.float32), alpha)
    assert is_drawing_on_nothing(alpha)
    opaque = np.ones((20, 20), np.float32)
    ink = 1.0 - alpha[..., None].repeat(3, 2)
    for found in (on_nothing, drawn_lines(ink, opaque), drawn_lines(1.0 - ink, opaque)):
        np.testing.assert_allclose(found[..., 0], alpha, atol=1e-6)
    assert not is_drawing_on_nothing(opaque)
    assert not is_drawing_on_nothing(np.zeros((4, 4), np.float32))
