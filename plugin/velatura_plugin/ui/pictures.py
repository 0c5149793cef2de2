"""Raw pixels as small pictures of eight bits. Whole bytes move in slices, so that no loop runs over
pixels.

Pictures here are for recognising, never for judging: eight bits, no profile. What the canvas shows
has both.
"""

from __future__ import annotations

import functools
import struct
import sys
from array import array
from dataclasses import dataclass
from operator import itemgetter

from velatura_protocol.geometry import Size
from velatura_protocol.pixels import Depth, Layout, Pixels

FLOAT_SIDE = 160
"""Longest side of a picture from floats: more takes over 16 ms in plain Python."""


@dataclass(frozen=True)
class Raster:
    """``samples``: one byte each, rows without gaps."""

    size: Size
    layout: Layout
    samples: bytes


def raster_of(pixels: Pixels, longest_side: int) -> Raster:
    """Not much larger than ``longest_side``, its proportions kept; the toolkit does the rest."""
    side = longest_side
    if pixels.format.depth in (Depth.F16, Depth.F32):
        side = min(side, FLOAT_SIDE)
    size, data = _thinned(pixels, side)
    samples = _eight_bits(data, pixels.format.depth)
    if pixels.format.layout is Layout.GREY_ALPHA:
        return Raster(size, Layout.RGBA, _with_colour(samples))
    return Raster(size, pixels.format.layout, samples)


def red_first(raster: Raster) -> Raster:
    """The same in RGB or RGBA."""
    match raster.layout:
        case Layout.GREY:
            return Raster(raster.size, Layout.RGB, _tripled(raster.samples))
        case Layout.BGR:
            return Raster(raster.size, Layout.RGB, _swapped(raster.samples, 3))
        case Layout.BGRA:
            return Raster(raster.size, Layout.RGBA, _swapped(raster.samples, 4))
        case _:
            return raster


def _tripled(grey: bytes) -> bytes:
    colour = bytearray(3 * len(grey))
    colour[0::3] = colour[1::3] = colour[2::3] = grey
    return bytes(colour)


def _swapped(samples: bytes, channels: int) -> bytes:
    swapped = bytearray(samples)
    swapped[0::channels], swapped[2::channels] = samples[2::channels], samples[0::channels]
    return bytes(swapped)


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


def _with_colour(grey_alpha: bytes) -> bytes:
    colour = bytearray(2 * len(grey_alpha))
    colour[0::4] = colour[1::4] = colour[2::4] = grey_alpha[0::2]
    colour[3::4] = grey_alpha[1::2]
    return bytes(colour)
