from __future__ import annotations

import pytest

from velatura_plugin.host.base import PatchContent
from velatura_plugin.host.samples import Raster, crop, pack, unpack
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)
ONE = Rect(0, 0, 1, 1)


def laid(*patches: PatchContent, form: PixelFormat = RGBA8) -> bytes:
    raster = Raster.transparent(ONE, form)
    for patch in patches:
        raster.lay(patch)
    return bytes(raster.data)


def pixel(*samples: float, form: PixelFormat = RGBA8, mask: int | None = None) -> PatchContent:
    shown = None if mask is None else Pixels(Size(1, 1), MASK_FORMAT, bytes([mask]))
    return PatchContent(ONE, Pixels(Size(1, 1), form, pack(samples, form)), shown)


def test_the_first_layer_keeps_colour_under_alpha_0() -> None:
    assert laid(pixel(9, 8, 7, 0)) == bytes((9, 8, 7, 0))


def test_straight_alpha_over() -> None:
    assert laid(pixel(0, 0, 0, 255), pixel(255, 255, 255, 128)) == bytes((128, 128, 128, 255))
    assert laid(pixel(200, 0, 0, 0), pixel(0, 100, 0, 128)) == bytes((0, 100, 0, 128))


def test_a_mask_of_0_copies_what_is_below() -> None:
    assert laid(pixel(1, 2, 3, 4), pixel(9, 9, 9, 255, mask=0)) == bytes((1, 2, 3, 4))


def test_a_mask_of_255_copies_what_is_opaque_above() -> None:
    assert laid(pixel(1, 2, 3, 4), pixel(9, 8, 7, 255, mask=255)) == bytes((9, 8, 7, 255))


def test_floats_are_not_clipped() -> None:
    form = PixelFormat(Depth.F32, Layout.RGB)
    mixed = laid(
        pixel(4.0, -1.0, 0.0, form=form), pixel(2.0, 1.0, 8.0, form=form, mask=51), form=form
    )
    assert unpack(mixed, form) == pytest.approx((3.6, -0.6, 1.6))


def test_crop_takes_rows() -> None:
    pixels = Pixels(Size(3, 3), MASK_FORMAT, bytes(range(9)))
    assert crop(pixels, Rect(10, 20, 3, 3), Rect(11, 21, 2, 2)) == bytes((4, 5, 7, 8))
