# pyright: standard
"""Raw pixels as pictures in widgets."""

from __future__ import annotations

from velatura_protocol.pixels import Layout, Pixels, Transfer

from ..pictures import raster_of, red_first
from .toolkit import GdkPixbuf, GLib, Gtk


def pixbuf_of(
    pixels: Pixels, longest_side: int, transfer: Transfer | None = None
) -> GdkPixbuf.Pixbuf:
    """No larger than ``longest_side`` device pixels, its proportions kept. ``transfer``: None as is
    usual for the depth."""
    raster = red_first(raster_of(pixels, longest_side, transfer))
    width, height = raster.size.width, raster.size.height
    has_alpha = raster.layout is Layout.RGBA
    pixbuf = GdkPixbuf.Pixbuf.new_from_bytes(
        GLib.Bytes.new(raster.samples), GdkPixbuf.Colorspace.RGB, has_alpha, 8, width, height,
        width * (4 if has_alpha else 3),
    )  # fmt: skip
    return fitted(pixbuf, longest_side)


def fitted(pixbuf: GdkPixbuf.Pixbuf, longest_side: int) -> GdkPixbuf.Pixbuf:
    width, height = pixbuf.get_width(), pixbuf.get_height()
    longest = max(width, height)
    if longest <= longest_side:
        return pixbuf
    share = longest_side / longest
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return pixbuf.scale_simple(*size, GdkPixbuf.InterpType.BILINEAR)


class Picture(Gtk.Image):
    """Pixels in a widget, sharp on dense screens as well. The same pixels are drawn once."""

    def __init__(self) -> None:
        super().__init__()
        self._pixels: Pixels | None = None
        self._side = 0

    def display(self, pixels: Pixels | None, side: int, transfer: Transfer | None = None) -> None:
        """``side``: of the longer one, in logical pixels, at most."""
        if pixels is self._pixels and side == self._side:
            return
        self._pixels, self._side = pixels, side
        if pixels is None:
            self.clear()
        else:
            self.put(pixbuf_of(pixels, side * self.get_scale_factor(), transfer), side)

    def put(self, pixbuf: GdkPixbuf.Pixbuf, side: int) -> None:
        ratio = self.get_scale_factor()
        if ratio == 1:
            self.set_from_pixbuf(pixbuf)
            return
        # Icons alone are drawn with all the pixels that a dense screen has, and they are square.
        longest = max(pixbuf.get_width(), pixbuf.get_height())
        self.set_from_gicon(_squared(pixbuf, longest), Gtk.IconSize.DIALOG)
        self.set_pixel_size(min(side, -(-longest // ratio)))

    @property
    def is_empty(self) -> bool:
        return bool(self.get_storage_type() == Gtk.ImageType.EMPTY)


def _squared(pixbuf: GdkPixbuf.Pixbuf, side: int) -> GdkPixbuf.Pixbuf:
    """In the middle of nothing."""
    width, height = pixbuf.get_width(), pixbuf.get_height()
    square = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, True, 8, side, side)
    square.fill(0)
    left, top = (side - width) // 2, (side - height) // 2
    pixbuf.copy_area(0, 0, width, height, square, left, top)
    return square
