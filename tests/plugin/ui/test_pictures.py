from __future__ import annotations

import struct

import pytest

from velatura_plugin.ui.pictures import FLOAT_SIDE, Raster, raster_of, red_first
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels, Transfer

CODES = {Depth.U8: ("B", 255), Depth.U16: ("H", 65535), Depth.F16: ("e", 1), Depth.F32: ("f", 1)}
RED = {"r": 1.0, "g": 0.0, "b": 0.0, "a": 1.0}
CLEAR_GREEN = {"r": 0.0, "g": 1.0, "b": 0.0, "a": 0.0}


def row(form: PixelFormat, *colours: dict[str, float]) -> Pixels:
    code, full = CODES[form.depth]
    values = [colour[each] * full for colour in colours for each in form.layout.value]
    whole = [round(each) if full > 1 else each for each in values]
    data = struct.pack(f"<{len(whole)}{code}", *whole)
    return Pixels(Size(len(colours), 1), form, data)


def colours_of(pixels: Pixels) -> list[tuple[int, ...]]:
    raster = red_first(raster_of(pixels, 16))
    step = raster.layout.channels
    samples = raster.samples
    return [tuple(samples[at : at + step]) for at in range(0, len(samples), step)]


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("layout", [Layout.RGB, Layout.BGR])
def test_opaque_colours(depth: Depth, layout: Layout) -> None:
    pixels = row(PixelFormat(depth, layout), RED, CLEAR_GREEN, RED)
    assert colours_of(pixels) == [(255, 0, 0), (0, 255, 0), (255, 0, 0)]


@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("layout", [Layout.RGBA, Layout.BGRA])
def test_colours_with_alpha(depth: Depth, layout: Layout) -> None:
    pixels = row(PixelFormat(depth, layout), RED, CLEAR_GREEN)
    assert colours_of(pixels) == [(255, 0, 0, 255), (0, 255, 0, 0)]


@pytest.mark.parametrize("depth", Depth)
def test_greys(depth: Depth) -> None:
    white, black = {"g": 1.0, "a": 1.0}, {"g": 0.0, "a": 0.0}
    plain = row(PixelFormat(depth, Layout.GREY), white, black)
    assert colours_of(plain) == [(255, 255, 255), (0, 0, 0)]
    with_alpha = row(PixelFormat(depth, Layout.GREY_ALPHA), white, black)
    assert colours_of(with_alpha) == [(255, 255, 255, 255), (0, 0, 0, 0)]


@pytest.mark.parametrize(("light", "byte"), [(0.18, 118), (7.5, 255), (-1.0, 0), (0.0, 0)])
def test_floats_are_light_and_shown_encoded(light: float, byte: int) -> None:
    pixels = row(PixelFormat(Depth.F32, Layout.GREY), {"g": light}, {"g": light})
    assert all(abs(each - byte) <= 1 for each in raster_of(pixels, 16).samples)


@pytest.mark.parametrize(
    ("transfer", "depth", "value", "byte"),
    [
        *((Transfer.ENCODED, depth, 0.5, 128) for depth in Depth),
        *((Transfer.LINEAR, depth, 0.5, 188) for depth in Depth),
        *((None, depth, 0.5, 128) for depth in (Depth.U8, Depth.U16)),
        *((None, depth, 0.5, 188) for depth in (Depth.F16, Depth.F32)),
        (Transfer.ENCODED, Depth.F32, 7.5, 255),
        (Transfer.ENCODED, Depth.F16, -1.0, 0),
    ],
)
def test_light_is_encoded_and_what_is_encoded_stays(
    transfer: Transfer | None, depth: Depth, value: float, byte: int
) -> None:
    """Alpha is never light, whatever the colours are."""
    pixels = row(PixelFormat(depth, Layout.RGBA), *2 * [dict.fromkeys("rgb", value) | {"a": 0.5}])
    samples = raster_of(pixels, 16, transfer).samples
    assert all(abs(each - byte) <= 1 for each in (*samples[:3], *samples[4:7]))
    assert all(abs(each - 128) <= 1 for each in samples[3::4])


@pytest.mark.parametrize("light", [float("nan"), float("-inf")])
def test_impossible_floats_are_black(light: float) -> None:
    pixels = row(PixelFormat(Depth.F32, Layout.GREY), {"g": light})
    assert raster_of(pixels, 16).samples == b"\0"


@pytest.mark.parametrize("depth", Depth)
def test_large_pictures_are_thinned(depth: Depth) -> None:
    size, form = Size(1600, 800), PixelFormat(depth, Layout.RGBA)
    raster = raster_of(Pixels(size, form, bytes(form.byte_count(size))), 100)
    assert 100 <= raster.size.width <= 2 * FLOAT_SIDE
    assert raster.size.width == 2 * raster.size.height
    assert len(raster.samples) == 4 * raster.size.area


def test_what_is_small_stays_as_it_is() -> None:
    pixels = row(PixelFormat(Depth.U8, Layout.RGB), RED)
    raster = raster_of(pixels, 16)
    assert raster == Raster(Size(1, 1), Layout.RGB, b"\xff\0\0")
    assert red_first(raster) is raster
