# pyright: standard
"""The small buttons at the head of the panel, as signs where there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model import Action, Control
from .buttons import Ask, describe
from .compat import QHBoxLayout, QPainter, QPalette, QPen, QPointF, QRectF, Qt, QToolButton, QWidget
from .guard import guarded, on_click
from .measures import line, target
from .mnemonics import plain


class ToolButton(QToolButton):
    """Draws its sign in the colour of the host's text: right on light and on dark."""

    def __init__(self, ask: Ask, parent: QWidget) -> None:
        super().__init__(parent)
        self.control: Control | None = None
        self._ask = ask
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(target(self), target(self))
        on_click(self, self._asked)

    def display(self, control: Control) -> None:
        if control != self.control:
            self.control = control
            self.setText("" if control.action in SIGNS else plain(control.label))
            self.setEnabled(control.enabled)
            describe(self, control.label, control.reason)
            self.update()

    @guarded
    def paintEvent(self, event: Any) -> None:  # noqa: N802
        super().paintEvent(event)
        if self.control is None or self.control.action not in SIGNS:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour)
        side = 0.95 * line(self)
        area = QRectF(0, 0, side, side)
        area.moveCenter(QRectF(self.rect()).center())
        SIGNS[self.control.action](painter, area)
        painter.end()

    def _asked(self) -> None:
        if self.control is not None:
            self._ask(self.control.action)


class ToolRow(QWidget):
    def __init__(self, ask: Ask, parent: QWidget) -> None:
        super().__init__(parent)
        self.buttons: list[ToolButton] = []
        self._ask = ask
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def display(self, controls: Sequence[Control]) -> None:
        while len(self.buttons) < len(controls):
            self.buttons.append(ToolButton(self._ask, self))
            self._layout.addWidget(self.buttons[-1])
        for index, button in enumerate(self.buttons):
            button.setVisible(index < len(controls))
            if index < len(controls):
                button.display(controls[index])


def _clock(painter: QPainter, area: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(area)
    middle = area.center()
    painter.drawLine(middle, QPointF(middle.x(), area.top() + 0.22 * area.height()))
    painter.drawLine(middle, QPointF(area.right() - 0.26 * area.width(), middle.y()))


def _sliders(painter: QPainter, area: QRectF) -> None:
    for row, knob in ((0.15, 0.7), (0.5, 0.3), (0.85, 0.6)):
        y = area.top() + row * area.height()
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.drawEllipse(QPointF(area.left() + knob * area.width(), y), 2.6, 2.6)


def _boxes(painter: QPainter, area: QRectF) -> None:
    """Three on a shelf."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    side = 0.42 * area.width()
    for left, top in ((0.29, 0.02), (0.02, 0.52), (0.56, 0.52)):
        corner = QPointF(area.left() + left * area.width(), area.top() + top * area.height())
        painter.drawRect(QRectF(corner.x(), corner.y(), side, side))


def _eye(painter: QPainter, area: QRectF) -> None:
    wide = area.adjusted(-1, 0.22 * area.height(), 1, -0.22 * area.height())
    painter.drawEllipse(wide.center(), 2.4, 2.4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(wide)


def _cross(painter: QPainter, area: QRectF) -> None:
    inner = area.adjusted(2, 2, -2, -2)
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())


SIGNS: Mapping[Action, Callable[[QPainter, QRectF], None]] = {
    Action.OPEN_HISTORY: _clock,
    Action.OPEN_SETTINGS: _sliders,
    Action.OPEN_MODELS: _boxes,
    Action.TOGGLE_PREVIEWS: _eye,
    Action.CANCEL_JOB: _cross,
    Action.CLOSE_HISTORY: _cross,
    Action.CLOSE_SETTINGS: _cross,
    Action.CLOSE_MODELS: _cross,
}
