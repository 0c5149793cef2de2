"""8-bit masks as bytes: cut, and made of transparency. No colour, no compositing."""

from __future__ import annotations

import struct
from functools import cache

from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Depth, Pixels

from .host.base import Selection

_LAST_TRANSPARENT = 254 / 255
"""Alpha above this is taken for opaque: float documents come to 0.9999 by rounding."""


def cut(mask: Selection, region: Rect) -> Pixels:
    """The mask inside ``region``, 0 where it says nothing."""
    inside = mask.region.intersection(region)
    if mask.region == region:
        return mask.pixels
    if inside.is_empty:
        return Pixels(region.size, MASK_FORMAT, bytes(region.area))
    source = memoryview(mask.pixels.data).cast("B")
    before, after = bytes(inside.x - region.x), bytes(region.right - inside.right)
    rows: list[bytes | memoryview] = [bytes((inside.y - region.y) * region.width)]
    for y in range(inside.y, inside.bottom):
        start = (y - mask.region.y) * mask.region.width + inside.x - mask.region.x
        rows += (before, source[start : start + inside.width], after)
    rows.append(bytes((region.bottom - inside.bottom) * region.width))
    return Pixels(region.size, MASK_FORMAT, b"".join(rows))


def of_transparency(pixels: Pixels) -> Pixels:
    """255 where ``pixels`` is transparent, in part too; 0 where it is opaque or has no alpha.

    In part means in full: the law mixes by alpha, so that a half transparent pixel under a half
    mask would come out three quarters opaque, and a cut-out would keep a visible outline. What
    rounds to opaque in 8 bit counts as opaque.
    """
    layout = pixels.format.layout
    if not layout.has_alpha:
        return Pixels(pixels.size, MASK_FORMAT, bytes(pixels.size.area))
    depth = pixels.format.depth
    data = memoryview(pixels.data).cast("B")
    channels = layout.channels
    if depth is Depth.U8:
        table = bytes(255 if value < 255 else 0 for value in range(256))
        return _mask(pixels.size, bytes(data[channels - 1 :: channels]).translate(table))
    # The upper 16 bits of a sample order it finely enough, floats included.
    words = data.cast("H")
    per_sample = depth.sample_bytes // 2
    step = channels * per_sample
    return _mask(pixels.size, _looked_up(words[step - 1 :: step], pixels.size, depth))


def _mask(size: Size, data: bytes) -> Pixels:
    return Pixels(size, MASK_FORMAT, data)


def _looked_up(alpha: memoryview, size: Size, depth: Depth) -> bytes:
    """Rows of one value are most of every picture; the rest goes through a table."""
    table = _table(depth)
    rows: list[bytes] = []
    for start in range(0, size.area, size.width or 1):
        row = alpha[start : start + size.width].tolist()
        first = row[0]
        if row.count(first) == len(row):
            rows.append(table[first : first + 1] * len(row))
        else:
            rows.append(bytes(map(table.__getitem__, row)))
    return b"".join(rows)


@cache
def _table(depth: Depth) -> bytes:
    return bytes(_transparency(word, depth) for word in range(65536))


def _transparency(word: int, depth: Depth) -> int:
    """For the upper 16 bits of a sample."""
    if depth is Depth.U16:
        alpha = word / 65535
    elif depth is Depth.F16:
        alpha = struct.unpack("<e", struct.pack("<H", word))[0]
    else:
        alpha = struct.unpack("<f", struct.pack("<I", word << 16))[0]
    return 0 if alpha > _LAST_TRANSPARENT else 255
