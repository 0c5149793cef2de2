from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.vary import layout
from velatura_backend.engines.builtin.vary.layout import (
    Freedom,
    Ground,
    cheapest_cut,
    freedom_of,
    is_texture,
    laid_out,
    new_layout,
)
from velatura_backend.engines.builtin.vary.light import evened
from velatura_backend.engines.builtin.vary.proportions import importance, new_lines
from velatura_backend.engines.builtin.vary.sheet import halved, roomy, spread
from velatura_backend.engines.builtin.vary.wrap import wrap_seam


@pytest.fixture(scope="module")
def lanes():
    with Lanes(1, fresh_token()) as made:
        yield made


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def everything(image: np.ndarray) -> np.ndarray:
    return np.ones(image.shape[:2], np.bool_)


# -- layout ----------------------------------------------------------------------------------------


def test_pieces_wander_far_in_a_texture_and_not_from_sky_to_ground(lanes: Lanes):
    texture = noise(64, 64)
    landscape = texture * 0.2
    landscape[32:] += 0.7
    assert is_texture(texture, lanes)
    assert not is_texture(landscape, lanes)
    freedom = freedom_of(landscape, 1.0, lanes)
    assert freedom.rows < 0.1 < freedom.columns
    assert freedom_of(landscape, 0.5, lanes).columns == pytest.approx(freedom.columns / 2)


def test_the_variance_in_steps_is_that_in_one(lanes: Lanes):
    image = noise(300, 200)
    for each in (image, np.moveaxis(image, 1, 0), image[::3, ::3]):
        found = layout._variance(each, lanes)
        np.testing.assert_allclose(found, each.var(axis=(0, 1)), rtol=1e-6)


def test_a_cut_goes_where_it_is_cheapest():
    cost = np.ones((6, 5), np.float32)
    path = [1, 2, 3, 3, 2, 1]
    cost[np.arange(6), path] = 0.0
    assert cheapest_cut(cost).tolist() == path
    assert np.abs(np.diff(cheapest_cut(noise(30, 9)[..., 0]))).max() <= 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 20), st.integers(0, 9))
def test_a_layout_stays_inside_the_picture_and_keeps_what_is_kept(height, width, piece, seed):
    kept = np.random.default_rng(seed).random((height, width)) > 0.7
    image = noise(height, width, seed)
    ground = Ground.in_place(image, everything(image), kept)
    with Lanes(1, fresh_token()) as own:
        places = new_layout(ground, piece, Freedom(0.5, 0.5), np.random.default_rng(seed), own)
    assert places.min() >= 0
    assert (places < (height, width)).all()
    assert np.array_equal(places[kept], np.stack(np.nonzero(kept), axis=1))


def test_pieces_come_from_what_is_usable(lanes: Lanes):
    image = noise(60, 60)
    image[:, 40:] = 9.0
    usable = np.zeros((60, 60), np.bool_)
    usable[:, :40] = True
    kept = np.zeros((60, 60), np.bool_)
    laid = laid_out(Ground.in_place(image, usable, kept), 15, 1.0, 0, lanes)
    assert laid.max() <= 1.0


def test_a_layout_of_another_size_is_made_of_whole_pieces(lanes: Lanes):
    image = noise(48, 48)
    rows = np.arange(48, dtype=np.int32)
    columns = (np.arange(96) // 2).astype(np.int32)
    kept = np.zeros((48, 96), np.bool_)
    ground = Ground(image, everything(image), rows, columns, kept)
    laid = laid_out(ground, 16, 0.5, 0, lanes)
    assert laid.shape == (48, 96, 3)
    known = {tuple(pixel) for pixel in image.reshape(-1, 3)}
    assert all(tuple(pixel) in known for pixel in laid.reshape(-1, 3))


# -- light -----------------------------------------------------------------------------------------


def test_light_that_falls_off_is_evened(lanes: Lanes):
    fall = np.linspace(1.0, 0.5, 80, dtype=np.float32)[None, :, None]
    image = (0.4 + 0.1 * noise(80, 80)) * fall
    even = evened(image, 3, 1.0, lanes)
    before, after = (abs(float(x[:, :20].mean() - x[:, -20:].mean())) for x in (image, even))
    assert after < 0.1 * before
    half = evened(image, 3, 0.5, lanes)
    assert after < abs(float(half[:, :20].mean() - half[:, -20:].mean())) < before


def test_flat_grounds_stay_flat_whatever_is_drawn_on_them(lanes: Lanes):
    image = np.full((80, 80, 3), 0.8, np.float32)
    image[10:40, 10:30] = (0.2, 0.1, 0.5)
    np.testing.assert_allclose(evened(image, 3, 1.0, lanes), image, atol=1e-3)


def test_transparency_has_no_say_in_light_and_alpha_is_left_alone(lanes: Lanes):
    image = np.zeros((60, 60, 4), np.float32)
    image[:, 20:] = (0.5, 0.5, 0.5, 1.0)
    np.testing.assert_allclose(evened(image, 3, 1.0, lanes), image, atol=1e-3)


def test_a_black_picture_has_no_light_to_even(lanes: Lanes):
    image = np.zeros((20, 20, 3), np.float32)
    assert np.array_equal(evened(image, 3, 1.0, lanes), image)


# -- proportions -----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.0, 5.0), min_size=1, max_size=60),
    st.integers(1, 200),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_lines_fill_the_length_and_protected_ones_keep_their_width(weights, length, start, count):
    weight = np.array(weights)
    protected = np.zeros(len(weight), np.bool_)
    protected[start : start + count] = True
    lines = new_lines(weight, protected, length)
    widths = np.diff(lines.edges)
    assert lines.edges[0] == pytest.approx(0.0)
    assert lines.edges[-1] == pytest.approx(length)
    assert widths.min() > -1e-9
    if lines.kept:
        np.testing.assert_allclose(widths[protected], 1.0, atol=1e-9)
        begins = lines.edges[:-1][protected]
        np.testing.assert_allclose(begins, begins.round(), atol=1e-9)
    sources = lines.sources(length)
    assert (np.diff(sources) >= -1e-9).all()


def test_what_matters_keeps_its_width(lanes: Lanes):
    image = np.full((64, 96, 3), 0.5, np.float32)
    image[16:48, 30:50] = noise(32, 20)
    weight = importance(image, 1, lanes)
    assert weight.shape == (96,)
    assert weight[34:46].min() > 2.0 * weight[70:].max()
    widths = np.diff(new_lines(weight, np.zeros(96, np.bool_), 140).edges)
    assert widths[34:46].mean() < 1.15
    assert widths[70:].mean() > 1.4


# -- sheet and wrap --------------------------------------------------------------------------------


def test_unknown_colours_are_those_of_known_pixels_nearby(lanes: Lanes):
    image = np.zeros((40, 50, 3), np.float32)
    known = np.zeros((40, 50), np.bool_)
    image[5, 5], image[30, 45] = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
    known[5, 5] = known[30, 45] = True
    filled = spread(image, known, lanes)
    assert filled[2, 3].tolist() == [1.0, 0.0, 0.0]
    assert filled[31, 40].tolist() == [0.0, 0.0, 1.0]
    assert set(map(tuple, filled.reshape(-1, 3))) == {(1.0, 0.0, 0.0), (0.0, 0.0, 1.0)}


def test_halving_takes_the_mean_and_repeats_an_odd_border(lanes: Lanes):
    image = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    assert halved(image, lanes)[..., 0].tolist() == [[2.0, 3.5], [6.5, 8.0]]


def test_what_is_too_small_is_mirrored():
    image = noise(3, 40)
    colours, usable = roomy(image, everything(image))
    assert colours.shape == (16, 40, 3)
    assert usable.all()
    assert roomy(noise(20, 20), everything(noise(20, 20)))[0].shape == (20, 20, 3)


def test_the_wrap_seam_of_a_wave_that_fits_is_1_and_of_a_ramp_is_large():
    xs = np.arange(64)
    image = np.ones((64, 64, 4), np.float32)
    image[..., :3] = (0.5 + 0.4 * np.sin(2 * np.pi * (xs + 0.5) / 16)).astype(np.float32)[
        None, :, None
    ]
    assert wrap_seam(image, rows=False, columns=True) == pytest.approx(1.0, abs=0.3)
    image[..., :3] = (xs / 63.0).astype(np.float32)[None, :, None]
    assert wrap_seam(image, rows=False, columns=True) > 20.0
    assert wrap_seam(image, rows=True, columns=False) == pytest.approx(1.0)
    assert wrap_seam(image[:2, :2], rows=True, columns=True) == 1.0
