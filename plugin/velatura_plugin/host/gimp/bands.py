"""The parts of a mask that hide less than everything.

A new mask of GIMP's is black, and each tile that is written travels to GIMP by itself, with two
answers to wait for: around a selection there is nothing to send.
"""

from __future__ import annotations

from collections.abc import Iterator

from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, Pixels

TILE = 128
"""GIMP's, for plug-ins: what begins on them is not read before it is written."""


def bands(mask: Pixels) -> Iterator[tuple[Rect, Pixels]]:
    """Rectangles of the mask, from top to bottom, outside of which it is 0."""
    width, data = mask.size.width, memoryview(mask.data).cast("B")
    for top in range(0, mask.size.height, TILE):
        bottom = min(top + TILE, mask.size.height)
        band = bytes(data[top * width : bottom * width])
        left, right = _columns(band, width)
        if left < right:
            place = Rect(left, top, right - left, bottom - top)
            yield place, Pixels(place.size, MASK_FORMAT, _cut(band, width, left, right))


def _columns(band: bytes, width: int) -> tuple[int, int]:
    """From the first one that is not empty to behind the last, in whole tiles."""
    if not any(band.lstrip(b"\0")[:1]):
        return 0, 0
    together = 0
    for start in range(0, len(band), width):
        together |= int.from_bytes(band[start : start + width], "little")
    row = together.to_bytes(width, "little")
    left = width - len(row.lstrip(b"\0"))
    right = len(row.rstrip(b"\0"))
    return left // TILE * TILE, min(-(-right // TILE) * TILE, width)


def _cut(band: bytes, width: int, left: int, right: int) -> bytes:
    if right - left == width:
        return band
    starts = range(left, len(band), width)
    return b"".join(band[start : start + right - left] for start in starts)
