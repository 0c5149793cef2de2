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
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels, Transfer

FLOAT_SIDE = 160
"""Longest side of a picture from what is looked up sample by sample, as floats are: more takes over
16 ms in plain Python."""


@dataclass(frozen=True)
class Raster:
    """``samples``: one byte each, rows without gaps."""

    size: Size
    layout: Layout
    samples: bytes


def raster_of(pixels: Pixels, longest_side: int, transfer: Transfer | None = None) -> Raster:
    """Not much larger than ``longest_side``, its proportions kept; the toolkit does the rest.
    ``transfer``: None as is usual for the depth, floats as light and whole numbers encoded."""
    form = pixels.format
    is_whole = form.depth in (Depth.U8, Depth.U16)
    is_light = not is_whole if transfer is None else transfer is Transfer.LINEAR
    is_quick = form.depth is Depth.U8 or (is_whole and not is_light)
    side = longest_side if is_quick else min(longest_side, FLOAT_SIDE)
    size, data = _thinned(pixels, side, is_quick=is_quick)
    samples = _eight_bits(data, form, is_light=is_light)
    if form.layout is Layout.GREY_ALPHA:
        return Raster(size, Layout.RGBA, _with_colour(samples))
    return Raster(size, form.layout, samples)


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


def _thinned(pixels: Pixels, side: int, *, is_quick: bool) -> tuple[Size, bytes]:
    """Every nth pixel of every nth row, still at least ``side`` where that can be."""
    size, pixel = pixels.size, pixels.format.pixel_bytes
    longest = max(size.width, size.height)
    # Twice the size is left for the smooth scaling that follows, which floats cannot pay for.
    step = longest // (2 * side) if is_quick else -(-longest // side)
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


def _eight_bits(data: bytes, form: PixelFormat, *, is_light: bool) -> bytes:
    """What covers is never light: alpha counts from nothing to all of it."""
    samples = _encoded(data, form.depth, is_light=is_light)
    if is_light and form.layout.has_alpha:
        channels = form.layout.channels
        alpha = _of_channel(data, channels - 1, channels, form.depth.sample_bytes)
        made = bytearray(samples)
        made[channels - 1 :: channels] = _encoded(alpha, form.depth, is_light=False)
        return bytes(made)
    return samples


def _of_channel(data: bytes, channel: int, channels: int, width: int) -> bytes:
    found = bytearray(len(data) // channels)
    for byte in range(width):
        found[byte::width] = data[channel * width + byte :: channels * width]
    return bytes(found)


def _encoded(data: bytes, depth: Depth, *, is_light: bool) -> bytes:
    match depth:
        case Depth.U8:
            return data.translate(_byte_table()) if is_light else data
        case Depth.U16:
            return _looked_up(_halves(data), _word_table()) if is_light else data[1::2]
        case Depth.F16:
            return _looked_up(_halves(data), _half_table(is_light))
        case Depth.F32:
            upper = bytearray(len(data) // 2)
            upper[0::2], upper[1::2] = data[2::4], data[3::4]
            return _looked_up(_halves(bytes(upper)), _upper_table(is_light))


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
def _byte_table() -> bytes:
    """sRGB's byte for every byte of light."""
    return bytes(_srgb(value / 255) for value in range(256))


@functools.lru_cache(maxsize=1)
def _word_table() -> bytes:
    """The same for every 16-bit number."""
    return bytes(_srgb(value / 65535) for value in range(65536))


@functools.lru_cache(maxsize=2)
def _half_table(is_light: bool) -> bytes:
    """sRGB's byte for every 16-bit float, of light or encoded."""
    packed = struct.pack(f"<{_HALF_ONE}H", *range(_HALF_ONE))
    return _table(struct.unpack(f"<{_HALF_ONE}e", packed), _HALF_INFINITY, is_light=is_light)


@functools.lru_cache(maxsize=2)
def _upper_table(is_light: bool) -> bytes:
    """The same for the upper two bytes of every 32-bit float."""
    packed = bytearray(4 * _UPPER_ONE)
    words = struct.pack(f"<{_UPPER_ONE}H", *range(_UPPER_ONE))
    packed[2::4], packed[3::4] = words[0::2], words[1::2]
    floats = struct.unpack(f"<{_UPPER_ONE}f", packed)
    return _table(floats, _UPPER_INFINITY, is_light=is_light)


def _table(below_one: tuple[float, ...], infinity: int, *, is_light: bool) -> bytes:
    """Floats of one sign are in the order of their bits: first those under one, then the brighter
    ones up to ``infinity``, then what is no number and what is negative, which are black."""
    dark = bytes(map(_srgb, below_one)) if is_light else bytes(round(255 * v) for v in below_one)
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
