from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from tests.support.images import make_mask, mask_kinds, seeds, sizes
from velatura_backend.imaging import banded
from velatura_backend.imaging.masks import (
    apply_edge,
    islands,
    mask_bounds,
    mask_from_image,
    quantised_mask,
    to_float_mask,
)
from velatura_protocol.engines import ContextRule
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Layout
from velatura_protocol.tasks import Edge, EdgeKind

edges = st.builds(Edge, st.sampled_from(EdgeKind), st.floats(0, 9))


def test_an_exact_edge_is_the_selection_as_drawn():
    drawn = make_mask("soft", 1, Size(20, 20))
    assert apply_edge(drawn, Edge()) is drawn


@settings(max_examples=60, deadline=None)
@given(seeds, sizes, st.floats(0.3, 9))
def test_growing_a_hard_mask_is_a_euclidean_distance(seed, size, pixels):
    mask = make_mask("islands", seed, size)
    mask[size.height // 2, size.width // 2] = 200
    distance = ndimage.distance_transform_edt(mask == 0)
    grown = apply_edge(mask, Edge(EdgeKind.GROW, pixels))
    assert np.array_equal(grown, np.where(distance <= pixels, 200, 0))


@settings(max_examples=40, deadline=None)
@given(seeds, sizes, st.floats(0.3, 6))
def test_growing_a_soft_mask_is_the_maximum_over_a_disc(seed, size, pixels):
    mask = make_mask("soft", seed, size)
    reach = int(pixels)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    wanted = ndimage.grey_dilation(
        mask, footprint=x * x + y * y <= pixels * pixels, mode="constant", cval=0
    )
    assert np.array_equal(apply_edge(mask, Edge(EdgeKind.GROW, pixels)), wanted)


@settings(max_examples=60, deadline=None)
@given(seeds, sizes, mask_kinds, edges)
def test_no_edge_reaches_further_than_it_says(seed, size, kind, edge):
    drawn = make_mask(kind, seed, size)
    made = apply_edge(drawn, edge)
    assert made.dtype == drawn.dtype
    allowed = mask_bounds(drawn).grown(edge.reach)
    assert allowed.contains(mask_bounds(made))


def test_a_feather_is_half_way_at_the_drawn_edge_and_full_inside():
    drawn = np.zeros((41, 101), np.uint8)
    drawn[:, 50:] = 255
    made = apply_edge(drawn, Edge(EdgeKind.FEATHER, 10))
    row = made[20].astype(int)
    assert row[49] + row[50] == pytest.approx(255, abs=1)
    assert (np.diff(row) >= 0).all()
    assert row[39] == 0
    assert row[61] == 255
    assert row[100] == 255, "the canvas's border is no edge"
    assert (made == made[:1]).all()


@pytest.mark.parametrize("pixels", [5e-324, 1e-199, 0.001, 0.19])
def test_a_feather_that_is_hardly_one_leaves_the_mask_as_drawn(pixels: float):
    drawn = make_mask("soft", 1, Size(9, 7))
    assert np.array_equal(apply_edge(drawn, Edge(EdgeKind.FEATHER, pixels)), drawn)


def test_a_full_mask_stays_full_whatever_the_edge():
    full = np.full((30, 40), 255, np.uint8)
    for kind in EdgeKind:
        assert (apply_edge(full, Edge(kind, 7)) == 255).all()


def test_float_masks_keep_their_type():
    drawn = np.zeros((9, 9), np.float32)
    drawn[4, 4] = 0.75
    grown = apply_edge(drawn, Edge(EdgeKind.GROW, 2))
    assert grown.dtype == np.float32
    assert (grown > 0).sum() == 13
    assert apply_edge(drawn, Edge(EdgeKind.FEATHER, 2)).max() < 0.75


def test_luminance_times_alpha_draws_the_mask():
    picture = np.zeros((1, 5, 4), np.uint8)
    picture[0, 0] = (255, 255, 255, 255)
    picture[0, 1] = (255, 255, 255, 0)
    picture[0, 2] = (255, 255, 255, 128)
    picture[0, 3] = (0, 255, 0, 255)
    assert mask_from_image(picture, Layout.RGBA)[0].tolist() == [255, 0, 128, 182, 0]
    bgra = picture[..., [2, 1, 0, 3]]
    assert np.array_equal(mask_from_image(bgra, Layout.BGRA), mask_from_image(picture, Layout.RGBA))


def test_grey_files_of_16_bit_and_float_are_masks_too():
    grey = np.array([[[0], [32768], [65535]]], "<u2")
    assert mask_from_image(grey, Layout.GREY)[0].tolist() == [0, 128, 255]
    light = np.array([[[-1.0], [0.5], [2.0]]], "<f4")
    assert mask_from_image(light, Layout.GREY)[0].tolist() == [0, 128, 255]


def test_a_large_picture_draws_its_mask_in_little_memory():
    picture = np.full((1500, 1000, 3), 255, np.uint8)
    picture[700:, :, :] = 51
    tracemalloc.start()
    try:
        mask = mask_from_image(picture, Layout.RGB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (mask[:700] == 255).all()
    assert (mask[700:] == 51).all()
    assert peak < 6 * picture.nbytes


def test_masks_convert_without_loss():
    mask = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(quantised_mask(to_float_mask(mask)), mask)
    assert quantised_mask(mask) is mask


def test_bounds_of_a_mask():
    mask = np.zeros((10, 12), np.uint8)
    assert mask_bounds(mask).is_empty
    mask[3, 4] = mask[6, 9] = 1
    assert mask_bounds(mask) == Rect(4, 3, 6, 4)


def test_far_places_get_crops_of_their_own_and_near_ones_share():
    mask = np.zeros((400, 1000), np.uint8)
    mask[50:60, 50:60] = mask[50:60, 900:910] = mask[70:75, 80:85] = 255
    rule = ContextRule(factor=1.0, minimum=20)
    left, right = islands(mask, rule, Size(1000, 400))
    assert left.contains(Rect(50, 50, 35, 25))
    assert right == Rect(880, 30, 50, 50)


def test_there_are_no_islands_in_an_empty_mask():
    assert islands(np.zeros((5, 5), np.uint8), ContextRule(), Size(5, 5)) == ()


@settings(max_examples=80, deadline=None)
@given(seeds, st.floats(0, 2), st.integers(0, 9), st.integers(0, 5), st.floats(0.0005, 0.02))
def test_islands_cover_the_mask_and_never_overlap(seed, factor, minimum, reach, density):
    rng = np.random.default_rng(seed)
    mask = (rng.random((90, 120)) < density).astype(np.uint8)
    crops = islands(mask, ContextRule(factor, minimum), Size(120, 90), reach)
    covered = np.zeros_like(mask)
    for crop in crops:
        covered[crop.y : crop.bottom, crop.x : crop.right] += 1
    assert covered.max(initial=0) <= 1
    assert (covered[mask > 0] == 1).all()
    assert all(mask[c.y : c.bottom, c.x : c.right].any() for c in crops)


@pytest.mark.parametrize("density", [0.3, 0.01])
def test_many_specks_do_not_take_forever(density):
    mask = (np.random.default_rng(1).random((600, 800)) < density).astype(np.uint8)
    assert islands(mask, ContextRule(1.0, 0), Size(800, 600))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 12), st.integers(0, 9))
def test_bands_do_not_show_in_an_edge(height: int, width: int, pixels: int, seed: int) -> None:
    selection = (np.random.default_rng(seed).random((height, width)) < 0.2).astype(np.float32)
    edge = Edge(EdgeKind.FEATHER, float(pixels))
    whole = ndimage.gaussian_filter(
        selection.astype(np.float64), pixels / 2.0, radius=edge.reach, mode="nearest"
    ).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(banded, "BAND_PIXELS", 100)
        made = apply_edge(selection, edge)
        eight = np.round(selection * 255).astype(np.uint8)
        assert np.array_equal(quantised_mask(to_float_mask(eight)), eight)
    assert not selection.any() or made.tobytes() == whole.tobytes()
