# pyright: standard
"""Raw pixels as small pictures. Whole bytes move in slices, so that no loop runs over pixels.

Pictures here are for recognising, never for judging: eight bits, no profile. What the canvas shows
has both.
"""

from __future__ import annotations

import functools
import struct
import sys
from array import array
from operator import itemgetter

from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, Pixels

from .compat import QImage, QPixmap, Qt

FLOAT_SIDE = 160
"""Longest side of a picture from floats: more takes over 16 ms in plain Python."""


def image_of(pixels: Pixels, longest_side: int) -> QImage:
    """No larger than ``longest_side`` device pixels, its proportions kept."""
    side = longest_side
    if pixels.format.depth in (Depth.F16, Depth.F32):
        side = min(side, FLOAT_SIDE)
    size, data = _thinned(pixels, side)
    samples = _eight_bits(data, pixels.format.depth)
    image = _as_image(samples, size, pixels.format.layout)
    if max(pixels.size.width, pixels.size.height) <= longest_side:
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(longest_side, longest_side, keep, smooth)


def pixmap_of(pixels: Pixels, longest_side: int, ratio: float) -> QPixmap:
    """``longest_side`` in logical pixels, of which each is ``ratio`` device pixels."""
    pixmap = QPixmap.fromImage(image_of(pixels, max(1, round(longest_side * ratio))))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _thinned(pixels: Pixels, side: int) -> tuple[Size, bytes]:
    """Every nth pixel of every nth row, still at least ``side`` where that can be."""
    size, pixel = pixels.size, pixels.format.pixel_bytes
    longest = max(size.width, size.height)
    whole_numbers = pixels.format.depth in (Depth.U8, Depth.U16)
    # Twice the size is left for the smooth scaling that follows, which floats cannot pay for.
    step = longest // (2 * side) if whole_numbers else -(-longest // side)
    if step <= 1:
        return size, bytes(pixels.data)
    data, stride = memoryview(pixels.data).cast("B"), size.width * pixel
    columns = range(0, size.width, step)
    rows = range(0, size.height, step)
    thinned = bytearray(len(columns) * len(rows) * pixel)
    width = len(columns) * pixel
    for number, y in enumerate(rows):
        row = bytes(data[y * stride : (y + 1) * stride])
        for byte in range(pixel):
            start = number * width + byte
            thinned[start : start + width - byte : pixel] = row[byte :: step * pixel]
    return Size(len(columns), len(rows)), bytes(thinned)


def _eight_bits(data: bytes, depth: Depth) -> bytes:
    match depth:
        case Depth.U8:
            return data
        case Depth.U16:
            return data[1::2]
        case Depth.F16:
            return _looked_up(_halves(data), _half_table())
        case Depth.F32:
            upper = bytearray(len(data) // 2)
            upper[0::2], upper[1::2] = data[2::4], data[3::4]
            return _looked_up(_halves(bytes(upper)), _upper_table())


def _halves(data: bytes) -> array[int]:
    halves = array("H", data)
    if sys.byteorder == "big":
        halves.byteswap()
    return halves


def _looked_up(halves: array[int], table: bytes) -> bytes:
    if len(halves) < 2:
        return bytes(table[each] for each in halves)
    return bytes(itemgetter(*halves)(table))


_HALF_ONE, _HALF_INFINITY = 0x3C00, 0x7C00
_UPPER_ONE, _UPPER_INFINITY = 0x3F80, 0x7F80


@functools.lru_cache(maxsize=1)
def _half_table() -> bytes:
    """sRGB's byte for every 16-bit float, from linear light."""
    packed = struct.pack(f"<{_HALF_ONE}H", *range(_HALF_ONE))
    return _table(struct.unpack(f"<{_HALF_ONE}e", packed), _HALF_INFINITY)


@functools.lru_cache(maxsize=1)
def _upper_table() -> bytes:
    """The same for the upper two bytes of every 32-bit float."""
    packed = bytearray(4 * _UPPER_ONE)
    words = struct.pack(f"<{_UPPER_ONE}H", *range(_UPPER_ONE))
    packed[2::4], packed[3::4] = words[0::2], words[1::2]
    return _table(struct.unpack(f"<{_UPPER_ONE}f", packed), _UPPER_INFINITY)


def _table(below_one: tuple[float, ...], infinity: int) -> bytes:
    """Floats of one sign are in the order of their bits: first those under one, then the brighter
    ones up to ``infinity``, then what is no number and what is negative, which are black."""
    dark = bytes(map(_srgb, below_one))
    bright = b"\xff" * (infinity + 1 - len(dark))
    return (dark + bright).ljust(65536, b"\0")


def _srgb(light: float) -> int:
    """IEC 61966-2-1."""
    value = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * value)


def _as_image(samples: bytes, size: Size, layout: Layout) -> QImage:
    forms = QImage.Format
    match layout:
        case Layout.GREY:
            form = forms.Format_Grayscale8
        case Layout.RGB:
            form = forms.Format_RGB888
        case Layout.BGR:
            form = forms.Format_BGR888
        case Layout.RGBA:
            form = forms.Format_RGBA8888
        case Layout.BGRA:
            form = forms.Format_ARGB32
        case Layout.GREY_ALPHA:
            form, samples = forms.Format_RGBA8888, _with_colour(samples)
    stride = len(samples) // size.height
    # Qt looks at the bytes where they are and does not keep them: the copy does.
    return QImage(samples, size.width, size.height, stride, form).copy()


def _with_colour(grey_alpha: bytes) -> bytes:
    colour = bytearray(2 * len(grey_alpha))
    colour[0::4] = colour[1::4] = colour[2::4] = grey_alpha[0::2]
    colour[3::4] = grey_alpha[1::2]
    return bytes(colour)
