from __future__ import annotations

from velatura_plugin.ui.qt.compat import QImage


class Drawn:
    def __init__(self, image: QImage) -> None:
        self._image = image
        self.width, self.height = image.width(), image.height()

    def colour(self, x: int) -> tuple[int, int, int, int]:
        found = self._image.pixelColor(x, 0)
        return found.red(), found.green(), found.blue(), found.alpha()
