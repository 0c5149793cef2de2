"""Small pictures for panels and histories."""

from __future__ import annotations

from velatura_protocol.engines import EngineColour
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Pixels

from .arrays import Samples, from_working, size_of, to_pixels, to_working
from .colour import conversion
from .resize import Filter, fitted, resize

THUMBNAIL_FORMAT = PixelFormat(Depth.U8, Layout.RGBA)


def thumbnail(samples: Samples, layout: Layout, space: ColourSpace, max_side: int = 256) -> Pixels:
    """A document's samples as a small sRGB picture: u8 RGBA, longer side at most ``max_side``.

    :raises Unsupported: the profile cannot be read
    """
    working = to_working(samples, layout)
    small = resize(working, fitted(size_of(samples), max_side), Filter.BOX)
    shown = conversion(space, layout.is_grey, EngineColour.SRGB).to_engine(small)
    return to_pixels(from_working(shown, THUMBNAIL_FORMAT).samples, THUMBNAIL_FORMAT)
