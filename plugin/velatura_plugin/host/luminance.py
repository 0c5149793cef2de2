"""A mask from a layer: its luminance times its alpha."""

from __future__ import annotations

from functools import cache

from velatura_protocol.geometry import Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels

from ..capture.planes import channel, chunks, is_uniform, lanes


def luminance_times_alpha(pixels: Pixels) -> Pixels:
    """Rec. 709 weights on the encoded values, times alpha, within 2 of 255; greys are exact.

    Floats count from 0 to 1. Rows above and below everything visible are not looked at.
    """
    layout, width = pixels.format.layout, pixels.size.width
    if not layout.has_alpha:
        return Pixels(pixels.size, MASK_FORMAT, _luminance(pixels))
    alpha = channel(pixels, layout.channels - 1, _byte)
    seen = alpha.strip(b"\0")
    if not seen:
        return Pixels(pixels.size, MASK_FORMAT, bytes(len(alpha)))
    first = len(alpha) - len(alpha.lstrip(b"\0"))
    top, bottom = first // width, (first + len(seen) - 1) // width + 1
    grey = _luminance(_rows(pixels, top, bottom))
    inside = b"".join(_product(*pair) for pair in chunks(grey, alpha[top * width : bottom * width]))
    below = bytes((pixels.size.height - bottom) * width)
    return Pixels(pixels.size, MASK_FORMAT, bytes(top * width) + inside + below)


def _rows(pixels: Pixels, top: int, bottom: int) -> Pixels:
    stride = pixels.size.width * pixels.format.pixel_bytes
    data = memoryview(pixels.data).cast("B")[top * stride : bottom * stride]
    return Pixels(Size(pixels.size.width, bottom - top), pixels.format, bytes(data))


def _luminance(pixels: Pixels) -> bytes:
    layout = pixels.format.layout
    if layout.is_grey:
        return channel(pixels, 0, _byte)
    planes = [
        channel(pixels, layout.value.index(name), _byte).translate(weight)
        for name, weight in zip("rgb", _weights(), strict=True)
    ]
    return b"".join(_sum(*each) for each in chunks(*planes))


def _byte(value: float) -> int:
    """Not a number is 0, like everything below it."""
    return round(255 * min(value, 1.0)) if value > 0.0 else 0


@cache
def _weights() -> tuple[bytes, bytes, bytes]:
    """What each channel adds. Blue makes up for what is lost by rounding, so that the three add up
    to the value of a grey, and never to more than a byte."""
    red = bytes(round(0.2126 * value) for value in range(256))
    green = bytes(round(0.7152 * value) for value in range(256))
    return red, green, bytes(value - red[value] - green[value] for value in range(256))


def _sum(red: bytes, green: bytes, blue: bytes) -> bytes:
    together = sum(int.from_bytes(each, "little") for each in (red, green, blue))
    return together.to_bytes(len(red), "little")


def _product(grey: bytes, alpha: bytes) -> bytes:
    """Divided by 255 and rounded."""
    if is_uniform(alpha) and alpha[0] in (0, 255):
        return grey if alpha[0] else bytes(len(grey))
    wide = lanes(grey)
    made = lanes(b"\x80" * len(grey))
    for bit in range(8):
        # Long multiplication: the grey where this bit of alpha is set, as often as the bit counts.
        made += (wide & lanes(alpha.translate(_bit(bit)))) << bit
    made += made >> 8 & lanes(b"\xff" * len(grey))
    return made.to_bytes(2 * len(grey) + 1, "little")[1::2]


@cache
def _bit(bit: int) -> bytes:
    return bytes(255 if value >> bit & 1 else 0 for value in range(256))
