from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.images import (
    depths,
    layouts,
    make_mask,
    mask_kinds,
    random_samples,
    seeds,
    sizes,
)
from velatura_backend.imaging.arrays import is_integer
from velatura_backend.imaging.composite import composite, mask_weights
from velatura_protocol.errors import MaskMismatch
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout


@settings(max_examples=200, deadline=None)
@given(seeds, sizes, depths, layouts, mask_kinds)
def test_nothing_changes_where_the_mask_is_zero(seed, size, depth, layout, kind):
    document = random_samples(seed, size, depth, layout)
    result = random_samples(seed ^ 1, size, depth, layout)
    mask = make_mask(kind, seed, size)
    flat = composite(document, Rect.of_size(size), result, mask)
    assert flat.dtype == document.dtype
    assert flat[mask == 0].tobytes() == document[mask == 0].tobytes()
    assert flat[mask == 255].tobytes() == result[mask == 255].tobytes()


@settings(max_examples=100, deadline=None)
@given(seeds, sizes, depths, layouts, mask_kinds)
def test_between_zero_and_one_the_law_holds(seed, size, depth, layout, kind):
    document = random_samples(seed, size, depth, layout)
    result = random_samples(seed ^ 1, size, depth, layout)
    mask = make_mask(kind, seed, size)
    flat = composite(document, Rect.of_size(size), result, mask)
    ys, xs = np.nonzero((mask > 0) & (mask < 255))
    for y, x in list(zip(ys, xs, strict=True))[:10]:
        wanted = _law(document[y, x], result[y, x], int(mask[y, x]), layout.has_alpha)
        for found, exact in zip(flat[y, x], wanted, strict=True):
            assert _nearest(float(found), exact, depth)


def _law(c0, c1, m, has_alpha):
    """The law in exact arithmetic, one pixel."""
    share = Fraction(m, 255)
    under = [Fraction(float(v)) for v in c0]
    over = [Fraction(float(v)) for v in c1]
    if not has_alpha:
        return [(1 - share) * a + share * b for a, b in zip(under, over, strict=True)]
    alpha = (1 - share) * under[-1] + share * over[-1]
    w0, w1 = (1 - share) * under[-1], share * over[-1]
    if alpha == 0:
        w0, w1 = 1 - share, share
    pairs = zip(under[:-1], over[:-1], strict=True)
    return [*((w0 * a + w1 * b) / (w0 + w1) for a, b in pairs), alpha]


def _nearest(found, exact, depth):
    if is_integer(depth):
        return abs(Fraction(found) - exact) <= Fraction(1, 2) + Fraction(1, 10**9)
    step = {Depth.F16: 2.0**-10, Depth.F32: 2.0**-23}[depth]
    return abs(found - float(exact)) <= max(abs(float(exact)), 2.0**-14) * step


@settings(max_examples=60, deadline=None)
@given(seeds, sizes, depths, layouts, mask_kinds)
def test_a_result_equal_to_the_document_changes_nothing(seed, size, depth, layout, kind):
    document = random_samples(seed, size, depth, layout)
    flat = composite(document, Rect.of_size(size), document.copy(), make_mask(kind, seed, size))
    assert np.array_equal(flat, document)


@settings(max_examples=30, deadline=None)
@given(seeds, depths, layouts)
def test_twenty_edits_leave_the_rest_alone(seed, depth, layout):
    size = Size(24, 18)
    rng = np.random.default_rng(seed)
    first = random_samples(seed, size, depth, layout)
    document, touched = first, np.zeros((size.height, size.width), bool)
    for edit in range(20):
        x, y = int(rng.integers(-4, 20)), int(rng.integers(-4, 14))
        region = Rect(x, y, 8, 8)
        result = random_samples(seed + edit, region.size, depth, layout)
        mask = make_mask("soft", seed + edit, region.size)
        document = composite(document, region, result, mask)
        placed = np.zeros((size.height + 16, size.width + 16), np.uint8)
        placed[y + 8 : y + 16, x + 8 : x + 16] = mask
        touched |= placed[8:-8, 8:-8] > 0
    assert document[~touched].tobytes() == first[~touched].tobytes()


def test_the_mask_is_applied_once():
    document = np.zeros((1, 1, 3), np.uint8)
    result = np.full((1, 1, 3), 200, np.uint8)
    mask = np.full((1, 1), 128, np.uint8)
    flat = composite(document, Rect(0, 0, 1, 1), result, mask)
    assert flat[0, 0].tolist() == [100, 100, 100]


def test_colour_is_weighed_by_alpha():
    document = np.array([[[255, 0, 0, 255]]], np.uint8)
    result = np.array([[[0, 255, 0, 0]]], np.uint8)
    flat = composite(document, Rect(0, 0, 1, 1), result, np.full((1, 1), 0.5, np.float32))
    assert flat[0, 0].tolist() == [255, 0, 0, 128]


def test_colour_under_alpha_zero_of_the_result_is_kept():
    document = np.array([[[9, 9, 9, 255]]], np.uint8)
    result = np.array([[[1, 2, 3, 0]]], np.uint8)
    flat = composite(document, Rect(0, 0, 1, 1), result, np.full((1, 1), 255, np.uint8))
    assert flat[0, 0].tolist() == [1, 2, 3, 0]


def test_a_region_may_hang_over_the_border():
    document = np.zeros((4, 4, 1), np.uint8)
    result = np.arange(1, 17, dtype=np.uint8).reshape(4, 4, 1)
    flat = composite(document, Rect(-2, 2, 4, 4), result, None)
    assert flat[2:, :2, 0].tolist() == [[3, 4], [7, 8]]
    assert not flat[:2].any()
    assert not flat[:, 2:].any()
    assert not composite(document, Rect(9, 9, 4, 4), result, None).any()


def test_a_gradient_of_16_bits_keeps_its_levels_under_a_mask():
    ramp = np.linspace(20000, 30000, 2000).astype("<u2").reshape(1, -1, 1)
    document = np.zeros_like(ramp)
    half = np.full((1, 2000), 32768, "<u2")
    flat = composite(document, Rect(0, 0, 2000, 1), ramp, half)
    assert len(np.unique(flat)) > 1900


@given(st.sampled_from([np.uint8, np.uint16, np.float16, np.float32]))
@settings(max_examples=4)
def test_masks_of_every_depth_mean_the_same(dtype):
    white = {np.uint8: 255, np.uint16: 65535}.get(dtype, 1)
    assert mask_weights(np.array([0, white], dtype)).tolist() == [0.0, 1.0]


def test_a_float_mask_outside_its_range_is_clipped():
    assert mask_weights(np.array([-1, 2, np.nan], np.float32)).tolist() == [0.0, 1.0, 0.0]


def test_a_mask_of_another_size_says_both_sizes():
    document = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(MaskMismatch) as caught:
        composite(document, Rect(0, 0, 4, 4), document, np.zeros((2, 3), np.uint8))
    assert caught.value.params == {"mask_width": 3, "mask_height": 2, "width": 4, "height": 4}


def test_a_result_of_another_shape_is_refused():
    document = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match="differ"):
        composite(document, Rect(0, 0, 4, 4), np.zeros((4, 4, 3), np.uint16), None)
    with pytest.raises(ValueError, match="region"):
        composite(document, Rect(0, 0, 4, 4), np.zeros((4, 3, 3), np.uint8), None)


def test_large_regions_go_in_bands():
    document = random_samples(1, Size(3, 1000), Depth.U16, Layout.RGBA)
    result = random_samples(2, Size(3, 1000), Depth.U16, Layout.RGBA)
    mask = make_mask("soft", 3, Size(3, 1000))
    whole = composite(document, Rect(0, 0, 3, 1000), result, mask)
    rows = [
        composite(document[y : y + 1], Rect(0, 0, 3, 1), result[y : y + 1], mask[y : y + 1])
        for y in range(1000)
    ]
    assert np.array_equal(whole, np.concatenate(rows))
