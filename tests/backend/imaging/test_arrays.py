from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.support.images import depths, layouts, random_samples, seeds, sizes
from velatura_backend.imaging.arrays import (
    bands,
    crop_samples,
    depth_of,
    from_working,
    quantise,
    to_pixels,
    to_working,
    view_samples,
    white_of,
)
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels


def test_bands_cover_every_row_once():
    for height, width in ((1, 1), (3000, 4000), (7, 3_000_000)):
        rows = [row for band in bands(height, width) for row in range(band.start, band.stop)]
        assert rows == list(range(height))


@settings(max_examples=150, deadline=None)
@given(seeds, sizes, depths, layouts)
def test_samples_survive_the_working_array(seed, size, depth, layout):
    samples = random_samples(seed, size, depth, layout)
    back = from_working(to_working(samples, layout), PixelFormat(depth, layout))
    assert back.samples.dtype == samples.dtype
    assert np.array_equal(back.samples, samples)
    assert back.clipped == 0


@pytest.mark.parametrize("depth", [Depth.U8, Depth.U16])
def test_every_integer_value_survives(depth):
    values = np.arange(int(white_of(depth)) + 1, dtype="<u2").astype(
        "u1" if depth is Depth.U8 else "<u2"
    )
    samples = values.reshape(1, -1, 1)
    back = from_working(to_working(samples, Layout.GREY), PixelFormat(depth, Layout.GREY))
    assert np.array_equal(back.samples, samples)


def test_every_half_float_survives():
    bits = np.arange(65536, dtype="<u2").view("<f2").reshape(256, 256, 1)
    back = from_working(to_working(bits, Layout.GREY), PixelFormat(Depth.F16, Layout.GREY))
    assert np.array_equal(back.samples, bits, equal_nan=True)


def test_working_arrays_are_rgb_with_alpha_last():
    bgra = np.array([[[0, 128, 255, 51]]], np.uint8)
    assert to_working(bgra, Layout.BGRA)[0, 0] == pytest.approx([1.0, 128 / 255, 0.0, 0.2])
    assert to_working(bgra[..., :3], Layout.BGR)[0, 0] == pytest.approx([1.0, 128 / 255, 0.0, 1.0])
    assert to_working(bgra[..., :1], Layout.GREY)[0, 0] == pytest.approx([0.0, 1.0])


def test_views_share_the_callers_bytes():
    data = bytearray(range(24))
    samples = view_samples(Pixels(Size(4, 2), PixelFormat(Depth.U8, Layout.RGB), data))
    samples[1, 3, 2] = 99
    assert data[23] == 99
    assert bytes(to_pixels(samples, PixelFormat(Depth.U8, Layout.RGB)).data) == bytes(data)


def test_a_cropped_view_still_makes_whole_pixels():
    samples = np.arange(4 * 5 * 3, dtype="<u2").reshape(4, 5, 3)
    crop = crop_samples(samples, Rect(1, 2, 3, 2))
    pixels = to_pixels(crop, PixelFormat(Depth.U16, Layout.RGB))
    assert pixels.size == Size(3, 2)
    assert np.array_equal(view_samples(pixels), samples[2:4, 1:4])


def test_a_crop_that_reaches_outside_is_refused():
    with pytest.raises(ValueError, match="outside"):
        crop_samples(np.zeros((4, 4, 3), np.uint8), Rect(2, 2, 3, 1))


def test_pixels_of_another_format_are_refused():
    with pytest.raises(ValueError, match="is not"):
        to_pixels(np.zeros((2, 2, 3), np.uint8), PixelFormat(Depth.U8, Layout.RGBA))
    with pytest.raises(ValueError, match="channels"):
        from_working(np.zeros((2, 2, 2), np.float32), PixelFormat(Depth.U8, Layout.RGB))
    with pytest.raises(ValueError, match="depth"):
        depth_of(np.zeros((2, 2, 3), np.int32))


def test_clipped_samples_are_counted():
    values = np.array([-0.1, -0.001, 0.5, 1.001, 1.2, np.nan], np.float32)
    quantised = quantise(values, Depth.U8)
    assert quantised.samples.tolist() == [0, 0, 128, 255, 255, 0]
    assert (quantised.clipped, quantised.total) == (3, 6)
    assert quantised.clipped_fraction == 0.5


def test_float_documents_keep_what_is_outside_the_range():
    values = np.array([-0.25, 7.5], np.float32)
    for depth in (Depth.F16, Depth.F32):
        quantised = quantise(values, depth)
        assert quantised.samples.tolist() == [-0.25, 7.5]
        assert quantised.clipped == 0


def test_rounding_goes_to_the_nearest_value():
    steps = (np.arange(255) + 0.4) / 255
    assert np.array_equal(quantise(steps.astype(np.float32), Depth.U8).samples, np.arange(255))


def test_alpha_is_left_out_where_the_format_has_none():
    working = np.array([[[0.2, 0.4, 0.6, 0.1]]], np.float32)
    samples = from_working(working, PixelFormat(Depth.U8, Layout.BGR)).samples
    assert samples[0, 0].tolist() == [153, 102, 51]
