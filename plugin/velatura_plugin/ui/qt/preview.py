# pyright: standard
"""What a running job looks like now, for who has no preview on the canvas."""

from __future__ import annotations

from typing import Any

from velatura_protocol.pixels import Pixels, Transfer

from .compat import QLabel, QSizePolicy, Qt, QTimer, QWidget
from .guard import connect, guarded
from .images import pixmap_of
from .measures import line

INTERVAL_MS = 200
LINES = 10


class PreviewPicture(QLabel):
    """The latest wins; at most five a second, and none while the panel is hidden."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixels: Pixels | None = None
        self._transfer: Transfer | None = None
        self._drawn: Pixels | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        connect(self._timer.timeout, self._draw)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    def display(self, pixels: Pixels | None, transfer: Transfer | None = None) -> None:
        self._pixels, self._transfer = pixels, transfer
        if pixels is None:
            self._timer.stop()
            self._drawn = None
            self.clear()
            self.hide()
        elif pixels is not self._drawn and not self._timer.isActive():
            self._draw()
            self._timer.start(INTERVAL_MS)

    @guarded
    def showEvent(self, event: Any) -> None:  # noqa: N802
        self._draw()

    def _draw(self) -> None:
        if self._pixels is None or self._pixels is self._drawn:
            return
        self._drawn = self._pixels
        ratio = self.devicePixelRatioF()
        width = self.parentWidget().width()
        side = max(1, min(LINES * line(self), width))
        pixmap = pixmap_of(self._pixels, side, ratio, self._transfer)
        self.setPixmap(pixmap)
        self.setFixedHeight(round(pixmap.height() / ratio))
        self.show()
