from __future__ import annotations

import pytest

from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels


@pytest.mark.parametrize(
    ("layout", "channels", "alpha", "grey"),
    [
        (Layout.GREY, 1, False, True),
        (Layout.GREY_ALPHA, 2, True, True),
        (Layout.RGB, 3, False, False),
        (Layout.RGBA, 4, True, False),
        (Layout.BGR, 3, False, False),
        (Layout.BGRA, 4, True, False),
    ],
)
def test_layouts(layout, channels, alpha, grey):
    assert (layout.channels, layout.has_alpha, layout.is_grey) == (channels, alpha, grey)


def test_bytes_of_an_image():
    assert PixelFormat(Depth.F16, Layout.RGB).pixel_bytes == 6
    assert PixelFormat(Depth.U8, Layout.BGRA).byte_count(Size(3, 5)) == 60
    assert PixelFormat(Depth.F32, Layout.GREY).byte_count(Size(3, 0)) == 0


def test_pixels_have_the_length_of_their_size():
    rgb16 = PixelFormat(Depth.U16, Layout.RGB)
    Pixels(Size(2, 2), rgb16, memoryview(bytearray(24)).cast("H"))
    with pytest.raises(ValueError, match="2x2 pixels of u16 rgb need 24 bytes, not 23"):
        Pixels(Size(2, 2), rgb16, bytes(23))
