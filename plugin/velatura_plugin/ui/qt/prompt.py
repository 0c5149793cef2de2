# pyright: standard
"""The prompt: a few lines of text with a past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..form.prompt_history import PromptHistory
from ..model import Field
from .compat import (
    QEvent,
    QPainter,
    QPalette,
    QPlainTextEdit,
    QSizePolicy,
    Qt,
    QTextCursor,
    QVBoxLayout,
    QWidget,
)
from .editors import Editor
from .guard import connect, guarded
from .measures import line, target

LINES = 3
GRIP_HEIGHT = 8


class PromptText(QPlainTextEdit):
    """Up in the first line and down in the last go through earlier prompts. Shift or Ctrl with
    Enter generates."""

    def __init__(self, parent: QWidget, submit: Callable[[], None]) -> None:
        super().__init__(parent)
        self.past = PromptHistory()
        self._submit = submit
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_height(self.least_height())

    def least_height(self) -> int:
        # One that nothing can be written into needs no room to write.
        lines = LINES if self.isEnabled() else 1
        margins = round(2 * self.document().documentMargin()) + 2 * self.frameWidth()
        height = int(lines * self.fontMetrics().lineSpacing() + margins + 2)
        return max(height, target(self))

    def set_height(self, height: int) -> None:
        self.setFixedHeight(max(height, self.least_height()))

    @guarded
    def changeEvent(self, event: Any) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.set_height(0)

    @guarded
    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        if not self._take(event):
            super().keyPressEvent(event)

    def _take(self, event: Any) -> bool:
        """Whether the key was for us."""
        keys, modifiers = Qt.Key, Qt.KeyboardModifier
        pressed, held = event.key(), event.modifiers()
        if pressed in (keys.Key_Return, keys.Key_Enter):
            if held & (modifiers.ShiftModifier | modifiers.ControlModifier):
                self._submit()
                return True
            return False
        if held & ~modifiers.KeypadModifier:
            return False
        if pressed == keys.Key_Up and self._is_at_edge(QTextCursor.MoveOperation.Up):
            return self._go(1)
        if pressed == keys.Key_Down and self._is_at_edge(QTextCursor.MoveOperation.Down):
            return self._go(-1)
        return False

    def _is_at_edge(self, move: QTextCursor.MoveOperation) -> bool:
        """The cursor cannot go further: lines as they are wrapped, not as they are written."""
        return not self.textCursor().movePosition(move)

    def _go(self, step: int) -> bool:
        text = self.past.go(step, self.toPlainText())
        if text is None:
            return False
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        return True


class Grip(QWidget):
    """Pulls the prompt taller."""

    def __init__(self, text: PromptText, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = text
        self._from = (0, 0)
        self.setFixedHeight(GRIP_HEIGHT)
        self.setCursor(Qt.CursorShape.SizeVerCursor)

    @guarded
    def mousePressEvent(self, event: Any) -> None:  # noqa: N802
        self._from = (self._y(event), self._text.height())

    @guarded
    def mouseMoveEvent(self, event: Any) -> None:  # noqa: N802
        start, height = self._from
        self._text.set_height(height + self._y(event) - start)

    @guarded
    def paintEvent(self, event: Any) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        middle, half = self.rect().center(), line(self)
        for y in (-1, 2):
            painter.drawLine(middle.x() - half, middle.y() + y, middle.x() + half, middle.y() + y)
        painter.end()

    @staticmethod
    def _y(event: Any) -> int:
        place = event.globalPosition if hasattr(event, "globalPosition") else event.globalPos
        return round(place().y())


class PromptEditor(Editor):
    is_wide = True

    def __init__(self, parent: QWidget, report: Report, submit: Callable[[], None]) -> None:
        box = QWidget(parent)
        super().__init__(box, report)
        self.text = PromptText(box, submit)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.text)
        self._grip = Grip(self.text, box)
        layout.addWidget(self._grip)
        connect(self.text.textChanged, self._typed)

    @property
    def focus(self) -> QWidget:
        return self.text

    def configure(self, field: Field) -> None:
        self.text.setPlaceholderText(field.placeholder or field.label)
        self._grip.setVisible(field.enabled)
        self.text.past.entries = tuple(each.label for each in field.options)

    def write(self, value: ParameterValue) -> None:
        if self.text.toPlainText() != value:
            self.text.setPlainText(str(value))

    def _typed(self) -> None:
        self.text.past.typed(self.text.toPlainText())
        self.edited(self.text.toPlainText())
