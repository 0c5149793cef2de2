# pyright: standard
"""The dot with its word, and behind it how things stand with the backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..chrome import Chrome
from ..model import StatusLine, Tone
from .buttons import Ask, ButtonRow, describe, say, words
from .compat import (
    QColor,
    QHBoxLayout,
    QPainter,
    QPen,
    QPointF,
    QPolygonF,
    QRectF,
    Qt,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from .details import Details
from .guard import connect, guarded, on_click
from .measures import SPACING, line, target
from .mnemonics import plain

TONES: Mapping[Tone, str] = {
    Tone.QUIET: "#8a8f94",
    Tone.BUSY: "#3d8fd1",
    Tone.GOOD: "#3f9d5a",
    Tone.WARNING: "#d08a1d",
    Tone.ERROR: "#d1453b",
}
"""Seen on light and on dark; the shape and the word say the same."""


class Dot(QWidget):
    """Its shape tells the tones apart as well as its colour does: a ring, a half, a disc, a
    triangle, a square."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._tone = Tone.QUIET
        side = round(0.75 * line(self))
        self.setFixedSize(side, side)

    def display(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self.update()

    @guarded
    def paintEvent(self, event: Any) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(TONES[self._tone])
        area = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour)
        _SHAPES[self._tone](painter, area)
        painter.end()


def _ring(painter: QPainter, area: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(area)


def _half(painter: QPainter, area: QRectF) -> None:
    painter.drawChord(area, 90 * 16, 180 * 16)
    _ring(painter, area)


def _disc(painter: QPainter, area: QRectF) -> None:
    painter.drawEllipse(area)


def _triangle(painter: QPainter, area: QRectF) -> None:
    top = QPointF(area.center().x(), area.top())
    painter.drawPolygon(QPolygonF([top, area.bottomRight(), area.bottomLeft()]))


def _square(painter: QPainter, area: QRectF) -> None:
    painter.drawRect(area)


_SHAPES: Mapping[Tone, Callable[[QPainter, QRectF], None]] = {
    Tone.QUIET: _ring,
    Tone.BUSY: _half,
    Tone.GOOD: _disc,
    Tone.WARNING: _triangle,
    Tone.ERROR: _square,
}


class StatusBar(QWidget):
    """A click on the word folds the details out, as their own button does."""

    def __init__(self, ask: Ask, tools: QWidget, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self._dot = Dot(self)
        self.word = QToolButton(self)
        self.word.setAutoRaise(True)
        self.word.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.word.setMinimumHeight(target(self))
        self._sentence = words(self)
        self.actions = ButtonRow(ask, self)
        self.details = Details(chrome, self)
        self._status = StatusLine("", Tone.QUIET)
        head = QHBoxLayout()
        head.setSpacing(SPACING)
        head.addWidget(self._dot)
        head.addWidget(self.word)
        head.addStretch(1)
        head.addWidget(tools)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addLayout(head)
        for each in (self._sentence, self.details, self.actions):
            layout.addWidget(each)
        on_click(self.word, self.details.fold.toggle)
        connect(self.details.fold.toggled, lambda _open: self._settle())

    def display(self, status: StatusLine) -> None:
        if status == self._status:
            return
        self._status = status
        self._dot.display(status.tone)
        self.word.setText(plain(status.word))
        describe(self.word, status.word, status.sentence)
        say(self._sentence, status.sentence)
        self.actions.display(status.actions)
        self.details.display(status.sentence, status.detail)
        self._settle()

    def _settle(self) -> None:
        """Where nothing is wrong, the word alone leads to the details."""
        if not self._status.sentence:
            is_open = self.details.fold.isChecked()
            self.details.setVisible(is_open and bool(self._status.detail))
