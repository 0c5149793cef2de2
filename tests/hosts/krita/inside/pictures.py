"""Pictures to take something out of, in every format that Krita has."""

from __future__ import annotations

import math
import struct

from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels

BGRA8 = PixelFormat(Depth.U8, Layout.BGRA)
BGRA16 = PixelFormat(Depth.U16, Layout.BGRA)
RGBA16F = PixelFormat(Depth.F16, Layout.RGBA)
RGBA32F = PixelFormat(Depth.F32, Layout.RGBA)
GREY8 = PixelFormat(Depth.U8, Layout.GREY_ALPHA)
GREY16 = PixelFormat(Depth.U16, Layout.GREY_ALPHA)
GREY32F = PixelFormat(Depth.F32, Layout.GREY_ALPHA)

_CODES = {Depth.U8: ("B", 255), Depth.U16: ("H", 65535), Depth.F16: ("e", 1), Depth.F32: ("f", 1)}


def textured(size: Size, form: PixelFormat, *, turn: float = 0.0) -> Pixels:
    """A wavy wall with a blot in the middle; opaque. In float with samples beyond 1."""
    code, full = _CODES[form.depth]
    values: list[float] = []
    for y in range(size.height):
        for x in range(size.width):
            wave = 0.5 + 0.25 * math.sin(x / 9 + turn) + 0.2 * math.cos(y / 7 + x / 31)
            is_blot = math.hypot(x - size.width / 2, y - size.height / 2) < 12
            values += [*_colour(0.05 if is_blot else wave, form), full]
    if full == 1:
        values = [value * 1.2 if index % 97 == 0 else value for index, value in enumerate(values)]
        values[form.layout.channels - 1 :: form.layout.channels] = [1.0] * size.area
    else:
        values = [round(value * full) if value != full else full for value in values]
    return Pixels(size, form, struct.pack(f"<{len(values)}{code}", *values))


def _colour(wave: float, form: PixelFormat) -> list[float]:
    return [wave] if form.layout.is_grey else [wave * 0.7, wave * 0.9, wave]


def outside(pixels: Pixels, mask: Pixels) -> bytes:
    """Every byte of the picture but those where the mask is not 0."""
    size = pixels.format.pixel_bytes
    data, blank = bytearray(pixels.data), bytes(size)
    for index, value in enumerate(bytes(mask.data)):
        if value:
            data[index * size : (index + 1) * size] = blank
    return bytes(data)
