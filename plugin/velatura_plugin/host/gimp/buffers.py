# pyright: standard
"""Samples out of GEGL buffers and into them, and nothing that could end the plug-in.

GIMP ends a plug-in that touches the tiles of a layer which is locked or no longer there. So layers
are filled before they are inserted and never afterwards, and what is read is looked at first.
"""

from __future__ import annotations

from collections.abc import Iterable

from velatura_protocol.errors import HostFailed, NotFound
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import MASK_FORMAT, PixelFormat, Pixels

from .formats import ImageFormat, mask_format, rectangle
from .gi_names import Gegl, Gimp


def read(drawable: Gimp.Drawable, region: Rect, form: ImageFormat) -> Pixels:
    """``region`` in the drawable's own coordinates; transparent outside of it.

    :raises NotFound: it is gone
    """
    return _read(drawable, region, form.pixels, form.babl)


def read_mask(drawable: Gimp.Drawable, region: Rect) -> Pixels:
    """The same of a selection, a mask or a channel, in 8 bit; 0 outside of it."""
    if not drawable.is_valid():
        raise NotFound(what="layer", id=str(drawable.get_id()))
    return _read(drawable, region, MASK_FORMAT, mask_format(drawable))


def _read(drawable: Gimp.Drawable, region: Rect, form: PixelFormat, babl: str) -> Pixels:
    if not drawable.is_valid():
        raise NotFound(what="layer", id=str(drawable.get_id()))
    none = Gegl.AbyssPolicy.NONE
    data = bytes(drawable.get_buffer().get(rectangle(region), 1.0, babl, none))
    if len(data) != form.byte_count(region.size):
        raise HostFailed(kind="short read")
    return Pixels(region.size, form, data)


def write(drawable: Gimp.Drawable, region: Rect, pixels: Pixels, babl: str) -> None:
    """Into something that is not in a picture yet."""
    write_all(drawable, [(region, pixels)], babl)


def write_all(drawable: Gimp.Drawable, parts: Iterable[tuple[Rect, Pixels]], babl: str) -> None:
    """The same of several parts. GIMP takes ``bytes`` and nothing else quickly (a ``bytearray`` 50
    times slower, 3.0.4), and a wrong number of them without a word."""
    buffer = drawable.get_buffer()
    for region, pixels in parts:
        data = bytes(pixels.data)
        if len(data) != pixels.format.byte_count(region.size):
            raise HostFailed(kind="short write")
        buffer.set(rectangle(region), babl, data)
    buffer.flush()
