from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_plugin.capture.planes import CHUNK, channel, chunks, is_uniform, lanes
from velatura_plugin.host.samples import pack
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

GREY = {depth: PixelFormat(depth, Layout.GREY) for depth in Depth}


def half(value: float) -> int:
    return 200 if value >= 0.5 else 7


def percent(value: float) -> int:
    return round(100 * min(value, 2.0)) if value > 0 else 0


def made(depth: Depth, data: bytes) -> bytes:
    form = GREY[depth]
    return channel(Pixels(Size(len(data) // form.pixel_bytes, 1), form, data), 0, percent)


@pytest.mark.parametrize("depth", list(Depth))
@pytest.mark.parametrize("layout", [Layout.RGBA, Layout.GREY_ALPHA, Layout.RGB])
def test_each_channel_by_itself(depth: Depth, layout: Layout) -> None:
    form = PixelFormat(depth, layout)
    full = 1.0 if depth in (Depth.F16, Depth.F32) else 2 ** (8 * depth.sample_bytes) - 1
    count = CHUNK + 5
    values = [
        full * ((step * (place + 1)) % 5 / 4)
        for step in range(count)
        for place in range(layout.channels)
    ]
    pixels = Pixels(Size(count, 1), form, pack(values, form))
    for place in range(layout.channels):
        expected = bytes(half((step * (place + 1)) % 5 / 4) for step in range(count))
        assert channel(pixels, place, half) == expected


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_does(kind: type) -> None:
    pixels = Pixels(Size(2, 1), GREY[Depth.U8], kind(b"\x00\xff"))
    assert channel(pixels, 0, half) == bytes((7, 200))


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=0, max_size=600))
def test_floats_of_any_bits(data: bytes) -> None:
    for depth, code, step in ((Depth.F16, "<e", 2), (Depth.F32, "<f", 4)):
        whole = data[: len(data) // step * step]
        for index, byte in enumerate(made(depth, whole)):
            sample = whole[index * step : (index + 1) * step]
            upper = bytes(step - 2) + sample[-2:]
            (value,) = struct.unpack(code, upper)
            assert byte == (0 if math.isnan(value) else percent(value))


def test_nothing_is_nothing() -> None:
    assert [made(depth, b"") for depth in Depth] == [b""] * len(Depth)


def test_chunks_and_lanes() -> None:
    plane = bytes(range(256)) * 200
    assert b"".join(first for first, _ in chunks(plane, plane)) == plane
    assert all(len(one) == len(other) <= CHUNK for one, other in chunks(plane, plane))
    assert lanes(b"\x01\xff") == 0x00FF0001
    assert is_uniform(b"")
    assert is_uniform(b"aaa")
    assert not is_uniform(b"aab")
