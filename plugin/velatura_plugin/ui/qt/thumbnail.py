# pyright: standard
"""One variation as a small picture to pick."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model import Thumbnail
from .buttons import describe
from .compat import QIcon, QPainter, QPalette, QPen, QSize, Qt, QToolButton, QWidget
from .guard import guarded, on_click
from .images import pixmap_of
from .measures import line

FRAME = 5
SIDE_LINES = 5
"""Lines of text that the picture is high: three of them fit a docker of the usual width."""
_PASSED_ON = ("Left", "Right", "Return", "Enter", "Delete", "Space")


class ThumbnailButton(QToolButton):
    """The current one has a frame, an accepted one a tick, the best of several a star; one that is
    on its way is empty."""

    def __init__(self, choose: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.thumbnail: Thumbnail | None = None
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        side = SIDE_LINES * line(self)
        self.setIconSize(QSize(side, side))
        self.setFixedSize(side + 2 * FRAME, side + 2 * FRAME)
        on_click(self, lambda: self._choose(choose))

    def display(self, thumbnail: Thumbnail) -> None:
        before, self.thumbnail = self.thumbnail, thumbnail
        if before == thumbnail:
            return
        if before is None or before.pixels != thumbnail.pixels:
            self.setIcon(self._icon(thumbnail))
        self.setChecked(thumbnail.is_current)
        describe(self, thumbnail.name)
        self.update()

    @guarded
    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        """The strip knows what keys mean; a button would take them for itself."""
        event.ignore() if _is_passed_on(event.key()) else super().keyPressEvent(event)

    @guarded
    def keyReleaseEvent(self, event: Any) -> None:  # noqa: N802
        event.ignore() if _is_passed_on(event.key()) else super().keyReleaseEvent(event)

    @guarded
    def paintEvent(self, event: Any) -> None:  # noqa: N802
        super().paintEvent(event)
        if self.thumbnail is None:
            return
        painter = QPainter(self)
        if self.thumbnail.is_current:
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 3))
            painter.drawRect(self.rect().adjusted(2, 2, -3, -3))
        if self.thumbnail.is_kept:
            self._paint_sign(painter, "✓", self.width() - line(self) - FRAME)
        if self.thumbnail.is_best:
            self._paint_sign(painter, "★", FRAME)
        painter.end()

    def _paint_sign(self, painter: QPainter, sign: str, left: int) -> None:
        corner = self.rect().adjusted(left, FRAME, 0, 0)
        corner.setSize(QSize(line(self), line(self)))
        painter.fillRect(corner, self.palette().color(QPalette.ColorRole.Highlight))
        painter.setPen(self.palette().color(QPalette.ColorRole.HighlightedText))
        painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, sign)

    def _icon(self, thumbnail: Thumbnail) -> QIcon:
        if thumbnail.pixels is None:
            return QIcon()
        ratio = self.devicePixelRatioF()
        return QIcon(pixmap_of(thumbnail.pixels, self.iconSize().width(), ratio))

    def _choose(self, choose: Callable[[int], None]) -> None:
        if self.thumbnail is not None:
            # A click unchecks what is checked already; what is current is the model's to say.
            self.setChecked(self.thumbnail.is_current)
            choose(self.thumbnail.index)


def _is_passed_on(key: int) -> bool:
    return any(key == getattr(Qt.Key, f"Key_{name}") for name in _PASSED_ON)
