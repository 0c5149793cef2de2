"""Raw pixels as the toolkit's own pictures."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Protocol

import pytest

from velatura_plugin.ui.pictures import FLOAT_SIDE
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

RED, GREEN = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 0.5)
CODES = {Depth.U8: ("B", 255), Depth.U16: ("H", 65535), Depth.F16: ("e", 1), Depth.F32: ("f", 1)}
SLICE_S = 1.5
"""Of processor time, many times what it takes: how long exactly is for the benchmark to say."""


class Picture(Protocol):
    width: int
    height: int

    def colour(self, x: int) -> tuple[int, int, int, int]:
        """In the first row."""
        ...


Draw = Callable[[Pixels, int], Picture]
"""Pixels, and the longest side that the picture may have."""


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


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("layout", [Layout.RGB, Layout.RGBA, Layout.BGR, Layout.BGRA])
def test_colours_come_out_as_they_went_in(draw: Draw, depth: Depth, layout: Layout) -> None:
    picture = draw(pixels(PixelFormat(depth, layout), RED, GREEN, RED), 16)
    assert picture.colour(0) == picture.colour(2) == (255, 0, 0, 255)
    assert picture.colour(1)[:3] == (0, 255, 0)
    has_alpha = layout in (Layout.RGBA, Layout.BGRA)
    assert (picture.colour(1)[3] < 255) == has_alpha


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("layout", [Layout.GREY, Layout.GREY_ALPHA])
def test_greys(draw: Draw, depth: Depth, layout: Layout) -> None:
    picture = draw(pixels(PixelFormat(depth, layout), RED, GREEN), 16)
    assert picture.colour(0) == (255, 255, 255, 255)
    assert picture.colour(1)[:3] == (0, 0, 0)


def test_floats_are_light_and_shown_encoded(draw: Draw) -> None:
    """18 % grey is sRGB's 118."""
    form = PixelFormat(Depth.F32, Layout.GREY)
    picture = draw(Pixels(Size(2, 1), form, struct.pack("<2f", 0.18, 7.5)), 16)
    assert abs(picture.colour(0)[0] - 118) <= 1
    assert picture.colour(1)[0] == 255


@pytest.mark.parametrize("value", [float("nan"), -1.0, float("-inf")])
def test_impossible_floats_are_black(draw: Draw, value: float) -> None:
    form = PixelFormat(Depth.F32, Layout.GREY)
    picture = draw(Pixels(Size(1, 1), form, struct.pack("<f", value)), 16)
    assert picture.colour(0)[0] == 0


@pytest.mark.parametrize("depth", Depth)
def test_large_pictures_become_small_with_their_proportions(draw: Draw, depth: Depth) -> None:
    size = Size(700, 350)
    form = PixelFormat(depth, Layout.RGBA)
    picture = draw(Pixels(size, form, bytes(form.byte_count(size))), 128)
    assert 64 < picture.width <= 128
    assert abs(picture.height - picture.width / 2) <= 1


def test_where_things_are_stays_so(draw: Draw) -> None:
    """White on the right half, in floats, thinned out by three."""
    size = Size(3 * FLOAT_SIDE, 9)
    row = [0.0] * (size.width // 2) + [1.0] * (size.width - size.width // 2)
    form = PixelFormat(Depth.F32, Layout.GREY)
    data = struct.pack(f"<{size.width}f", *row) * size.height
    drawn = draw(Pixels(size, form, data), FLOAT_SIDE)
    assert drawn.colour(drawn.width // 4)[0] == 0
    assert drawn.colour(3 * drawn.width // 4)[0] == 255


@pytest.mark.parametrize("depth", Depth)
def test_a_large_preview_is_drawn_in_a_slice_of_time(draw: Draw, depth: Depth) -> None:
    """1024², as many as a preview has at most. The first one fills tables; others must be quick."""
    size, form = Size(1024, 1024), PixelFormat(depth, Layout.RGBA)
    wave = Pixels(size, form, bytes(range(256)) * (form.byte_count(size) // 256))
    draw(wave, 200)
    began = time.process_time()
    draw(wave, 200)
    assert time.process_time() - began < SLICE_S
