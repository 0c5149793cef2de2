from __future__ import annotations

from velatura_plugin.ui.gtk.toolkit import GdkPixbuf


class Drawn:
    def __init__(self, pixbuf: GdkPixbuf.Pixbuf) -> None:
        self._pixbuf = pixbuf
        self.width, self.height = pixbuf.get_width(), pixbuf.get_height()

    def colour(self, x: int) -> tuple[int, int, int, int]:
        channels = self._pixbuf.get_n_channels()
        red, green, blue, *alpha = self._pixbuf.get_pixels()[x * channels : (x + 1) * channels]
        return red, green, blue, alpha[0] if alpha else 255
