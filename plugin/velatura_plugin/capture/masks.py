"""8-bit masks as bytes: cut, and made of transparency. No colour, no compositing."""

from __future__ import annotations

from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, Pixels

from ..host.base import Selection
from .planes import channel

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
    data = channel(pixels, layout.channels - 1, _transparency)
    return Pixels(pixels.size, MASK_FORMAT, data)


def _transparency(alpha: float) -> int:
    return 0 if alpha > _LAST_TRANSPARENT else 255
