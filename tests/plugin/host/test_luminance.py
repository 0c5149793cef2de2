from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_plugin.host.luminance import luminance_times_alpha
from velatura_plugin.host.samples import pack
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)


@pytest.mark.parametrize(
    ("form", "samples", "mask"),
    [
        (PixelFormat(Depth.U8, Layout.GREY), (100,), 100),
        (RGBA8, (255, 255, 255, 51), 51),
        (PixelFormat(Depth.U8, Layout.BGRA), (0, 0, 255, 255), 54),
        (PixelFormat(Depth.U8, Layout.RGB), (0, 255, 0), 182),
        (PixelFormat(Depth.U16, Layout.RGBA), (65535, 65535, 65535, 65535), 255),
        (PixelFormat(Depth.F16, Layout.RGBA), (0.5, 0.5, 0.5, 1.0), 128),
        (PixelFormat(Depth.F32, Layout.GREY_ALPHA), (2.0, 1.0), 255),
        (PixelFormat(Depth.F32, Layout.GREY_ALPHA), (float("nan"), 1.0), 0),
        (PixelFormat(Depth.F32, Layout.RGB), (-1.0, 0.0, 0.0), 0),
    ],
)
def test_one_pixel(form: PixelFormat, samples: tuple[float, ...], mask: int) -> None:
    made = luminance_times_alpha(Pixels(Size(1, 1), form, pack(samples, form)))
    assert bytes(made.data) == bytes([mask])


def test_greys_are_exact() -> None:
    data = b"".join(bytes((value, value, value, 255)) for value in range(256))
    made = luminance_times_alpha(Pixels(Size(256, 1), RGBA8, data))
    assert bytes(made.data) == bytes(range(256))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 12), st.randoms(use_true_random=False))
def test_within_two_of_the_product(width: int, height: int, draw: random.Random) -> None:
    size = Size(width, height)
    data = bytearray(draw.randbytes(size.area * 4))
    for row in range(height):
        # Rows that nobody sees, rows that hide nothing, and others.
        alpha = draw.choice([b"\0", b"\xff", None])
        if alpha is not None:
            data[row * width * 4 + 3 : (row + 1) * width * 4 : 4] = alpha * width
    made = bytes(luminance_times_alpha(Pixels(size, RGBA8, bytes(data))).data)
    for index, value in enumerate(made):
        red, green, blue, alpha = data[index * 4 : index * 4 + 4]
        expected = (0.2126 * red + 0.7152 * green + 0.0722 * blue) * alpha / 255
        assert abs(value - expected) <= 2.5
        assert value == 0 or alpha > 0


def test_nothing_visible() -> None:
    made = luminance_times_alpha(Pixels(Size(3, 2), RGBA8, b"\xff\xff\xff\x00" * 6))
    assert bytes(made.data) == bytes(6)
    none = luminance_times_alpha(Pixels(Size(0, 0), RGBA8, b""))
    assert bytes(none.data) == b""
