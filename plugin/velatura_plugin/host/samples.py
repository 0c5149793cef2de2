"""Composites for the memory host: normal blending of straight-alpha samples, as editors do it.

Pixel by pixel in plain Python, so only as fast as tests and the doctor need. Works on the encoded
values, which is what Krita and GIMP do in integer documents.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, PixelFormat, Pixels

from .base import PatchContent

_CODES = {Depth.U8: "B", Depth.U16: "H", Depth.F16: "e", Depth.F32: "f"}
_FULL = {Depth.U8: 255, Depth.U16: 65535, Depth.F16: 1.0, Depth.F32: 1.0}


@dataclass
class Raster:
    """A whole canvas of samples that patches are laid on."""

    region: Rect
    format: PixelFormat
    data: bytearray
    is_blank: bool = True

    @classmethod
    def transparent(cls, region: Rect, format: PixelFormat) -> Raster:
        return cls(region, format, bytearray(format.byte_count(region.size)))

    def pixels(self) -> Pixels:
        return Pixels(self.region.size, self.format, bytes(self.data))

    def lay(self, patch: PatchContent, opacity: float = 1.0) -> None:
        """Composites the patch over what is there, through its mask, once."""
        inside = patch.region.intersection(self.region)
        # The first layer is the whole picture: its bytes are copied, colour under alpha 0 too.
        is_copy = self.is_blank and patch.mask is None and opacity == 1.0
        self.is_blank = False
        for y in range(inside.y, inside.bottom):
            row = Rect(inside.x, y, inside.width, 1)
            samples = crop(patch.pixels, patch.region, row)
            if not is_copy:
                lower = crop(self.pixels_view(), self.region, row)
                samples = _over(lower, samples, _weights(patch, row, opacity), self.format)
            start = self._offset(inside.x, y)
            self.data[start : start + len(samples)] = samples

    def pixels_view(self) -> Pixels:
        return Pixels(self.region.size, self.format, self.data)

    def _offset(self, x: int, y: int) -> int:
        column, row = x - self.region.x, y - self.region.y
        return (row * self.region.width + column) * self.format.pixel_bytes


def crop(pixels: Pixels, region: Rect, wanted: Rect) -> bytes:
    """The bytes of ``wanted``, which lies inside the ``region`` that ``pixels`` covers."""
    size = pixels.format.pixel_bytes
    data = memoryview(pixels.data).cast("B")
    stride, length = region.width * size, wanted.width * size
    first = (wanted.y - region.y) * stride + (wanted.x - region.x) * size
    starts = range(first, first + wanted.height * stride, stride) if stride else ()
    return b"".join(data[start : start + length] for start in starts)


def stretched(pixels: Pixels, size: Size) -> Pixels:
    """In another size, each pixel the nearest one."""
    if pixels.size == size:
        return pixels
    each, before = pixels.format.pixel_bytes, pixels.size
    columns = [x * before.width // size.width for x in range(size.width)]
    data = memoryview(pixels.data).cast("B")
    rows: list[bytes] = []
    for y in range(size.height):
        start = y * before.height // size.height * before.width * each
        row = data[start : start + before.width * each]
        rows.append(b"".join(row[x * each : (x + 1) * each] for x in columns))
    return Pixels(size, pixels.format, b"".join(rows))


def unpack(data: bytes, format: PixelFormat) -> tuple[float, ...]:
    count = len(data) // format.depth.sample_bytes
    return struct.unpack(f"<{count}{_CODES[format.depth]}", data)


def pack(values: Sequence[float], format: PixelFormat) -> bytes:
    if format.depth in (Depth.U8, Depth.U16):
        full = _FULL[format.depth]
        values = [min(full, max(0, round(value))) for value in values]
    return struct.pack(f"<{len(values)}{_CODES[format.depth]}", *values)


def _weights(patch: PatchContent, row: Rect, opacity: float) -> list[float]:
    if patch.mask is None:
        return [opacity] * row.width
    return [opacity * value / 255 for value in crop(patch.mask, patch.region, row)]


def _over(lower: bytes, upper: bytes, weights: list[float], format: PixelFormat) -> bytes:
    size = format.pixel_bytes
    under, over = unpack(lower, format), unpack(upper, format)
    channels = format.layout.channels
    blended = bytearray()
    for index, weight in enumerate(weights):
        here = slice(index * size, (index + 1) * size)
        samples = slice(index * channels, (index + 1) * channels)
        if weight == 0.0:
            blended += lower[here]
            continue
        blended += _over_pixel(
            (lower[here], upper[here]), under[samples], over[samples], weight, format
        )
    return bytes(blended)


def _over_pixel(
    raw: tuple[bytes, bytes],
    under: tuple[float, ...],
    over: tuple[float, ...],
    weight: float,
    format: PixelFormat,
) -> bytes:
    """Bytes are copied, not computed, wherever only one of the two shows."""
    full = _FULL[format.depth]
    has_alpha = format.layout.has_alpha
    top = weight * (over[-1] / full if has_alpha else 1.0)
    bottom = (under[-1] / full if has_alpha else 1.0) * (1.0 - top)
    if top == 0.0:
        return raw[0]
    if top == 1.0:
        return raw[1]
    alpha = top + bottom
    colours = len(under) - (1 if has_alpha else 0)
    mixed = [(top * over[i] + bottom * under[i]) / alpha for i in range(colours)]
    return pack([*mixed, alpha * full] if has_alpha else mixed, format)
