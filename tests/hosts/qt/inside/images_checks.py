from __future__ import annotations

import struct
import time

import pytest

from velatura_plugin.ui.pictures import FLOAT_SIDE
from velatura_plugin.ui.qt.compat import QImage
from velatura_plugin.ui.qt.images import image_of
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

RED, GREEN = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 0.5)
CODES = {Depth.U8: ("B", 255), Depth.U16: ("H", 65535), Depth.F16: ("e", 1), Depth.F32: ("f", 1)}


def pixels(form: PixelFormat, *colours: tuple[float, ...]) -> Pixels:
    """One row."""
    code, full = CODES[form.depth]
    values: list[float] = []
    for colour in colours:
        named = dict(zip("rgba", colour, strict=True)) | {"g": colour[1]}
        if form.layout.is_grey:
            named["g"] = colour[0]
        values += [named[each] * full for each in form.layout.value]
    whole = [round(each) if full > 1 else each for each in values]
    return Pixels(Size(len(colours), 1), form, struct.pack(f"<{len(whole)}{code}", *whole))


def colour_at(image: QImage, x: int) -> tuple[int, ...]:
    found = image.pixelColor(x, 0)
    return found.red(), found.green(), found.blue(), found.alpha()


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("layout", [Layout.RGB, Layout.RGBA, Layout.BGR, Layout.BGRA])
def test_colours_come_out_as_they_went_in(depth: Depth, layout: Layout) -> None:
    image = image_of(pixels(PixelFormat(depth, layout), RED, GREEN, RED), 16)
    assert colour_at(image, 0) == (255, 0, 0, 255)
    assert colour_at(image, 1)[:3] == (0, 255, 0)
    has_alpha = layout in (Layout.RGBA, Layout.BGRA)
    assert (colour_at(image, 1)[3] < 255) == has_alpha


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("layout", [Layout.GREY, Layout.GREY_ALPHA])
def test_greys(depth: Depth, layout: Layout) -> None:
    image = image_of(pixels(PixelFormat(depth, layout), RED, GREEN), 16)
    assert colour_at(image, 0) == (255, 255, 255, 255)
    assert colour_at(image, 1)[:3] == (0, 0, 0)


def test_floats_are_light_and_shown_encoded() -> None:
    """18 % grey is sRGB's 118."""
    form = PixelFormat(Depth.F32, Layout.GREY)
    image = image_of(Pixels(Size(2, 1), form, struct.pack("<2f", 0.18, 7.5)), 16)
    assert abs(colour_at(image, 0)[0] - 118) <= 1
    assert colour_at(image, 1)[0] == 255


@pytest.mark.parametrize("value", [float("nan"), -1.0, float("-inf")])
def test_impossible_floats_are_black(value: float) -> None:
    form = PixelFormat(Depth.F32, Layout.GREY)
    assert colour_at(image_of(Pixels(Size(1, 1), form, struct.pack("<f", value)), 16), 0)[0] == 0


@pytest.mark.parametrize("depth", Depth)
def test_large_pictures_become_small_with_their_proportions(depth: Depth) -> None:
    size = Size(700, 350)
    form = PixelFormat(depth, Layout.RGBA)
    image = image_of(Pixels(size, form, bytes(form.byte_count(size))), 128)
    assert image.width() == 128
    assert abs(image.height() - 64) <= 1


def test_where_things_are_stays_so() -> None:
    """White on the right half, in floats, thinned out by three."""
    size = Size(3 * FLOAT_SIDE, 9)
    row = [0.0, 1.0] * 0 + [0.0] * (size.width // 2) + [1.0] * (size.width - size.width // 2)
    form = PixelFormat(Depth.F32, Layout.GREY)
    data = struct.pack(f"<{size.width}f", *row) * size.height
    image = image_of(Pixels(size, form, data), FLOAT_SIDE)
    assert colour_at(image, image.width() // 4)[0] == 0
    assert colour_at(image, 3 * image.width() // 4)[0] == 255


@pytest.mark.parametrize("depth", Depth)
def test_a_large_preview_is_drawn_in_a_slice_of_time(depth: Depth) -> None:
    """1024², as many as a preview has at most. The first one fills tables; others must be quick.
    Bounded generously: the machine may be busy."""
    size, form = Size(1024, 1024), PixelFormat(depth, Layout.RGBA)
    wave = Pixels(size, form, bytes(range(256)) * (form.byte_count(size) // 256))
    image_of(wave, 200)
    began = time.process_time()
    image_of(wave, 200)
    assert time.process_time() - began < 0.3
