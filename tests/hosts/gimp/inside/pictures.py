"""Samples in and out of GIMP's drawables, without the adapter's own code for that."""

from __future__ import annotations

from velatura_plugin.host.gimp.formats import format_of
from velatura_plugin.host.gimp.gi_names import Gegl, Gimp
from velatura_protocol.pixels import Pixels


def picture_format(image: Gimp.Image) -> str:
    return format_of(image).babl


def drawable_bytes(drawable: Gimp.Drawable, babl: str | None = None) -> bytes:
    whole = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(whole, 1.0, babl, Gegl.AbyssPolicy.NONE))


def fill(layer: Gimp.Layer, pixels: Pixels) -> None:
    """In the layer's own format: every sample as it is."""
    from velatura_plugin.host.gimp.gi_names import Babl

    whole = Gegl.Rectangle.new(0, 0, pixels.size.width, pixels.size.height)
    buffer = layer.get_buffer()
    buffer.set(whole, Babl.get_name(layer.get_format()), bytes(pixels.data))
    buffer.flush()
