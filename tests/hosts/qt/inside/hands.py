"""Keys, buttons and the wheel, as Qt has them from a screen."""

from __future__ import annotations

from typing import Any

from tests.contracts.panel.desk import Held, Key
from tests.hosts.qt.inside.qtest import QKeyEvent, QWheelEvent
from velatura_plugin.ui.qt.compat import QApplication, QEvent, QObject, QPoint, QPointF, Qt, QWidget

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
HELD = {
    Held.NOTHING: NONE,
    Held.CONTROL: Qt.KeyboardModifier.ControlModifier,
    Held.SHIFT: Qt.KeyboardModifier.ShiftModifier,
}
KEYS = {
    Key.BACKSPACE: Qt.Key.Key_Backspace,
    Key.DELETE: Qt.Key.Key_Delete,
    Key.DOWN: Qt.Key.Key_Down,
    Key.ENTER: Qt.Key.Key_Return,
    Key.ESCAPE: Qt.Key.Key_Escape,
    Key.LEFT: Qt.Key.Key_Left,
    Key.PAD_ENTER: Qt.Key.Key_Enter,
    Key.PAD_RIGHT: Qt.Key.Key_Right,
    Key.RIGHT: Qt.Key.Key_Right,
    Key.SPACE: Qt.Key.Key_Space,
    Key.TAB: Qt.Key.Key_Tab,
    Key.UP: Qt.Key.Key_Up,
}
ON_THE_PAD = (Key.PAD_ENTER, Key.PAD_RIGHT)


class Watch(QObject):
    """Keeps the events of a kind that reach a widget."""

    def __init__(self, watched: QWidget, kind: QEvent.Type) -> None:
        super().__init__(watched)
        self._kind = kind
        self.events: list[object] = []
        watched.installEventFilter(self)

    def eventFilter(self, _watched: Any, event: Any) -> bool:
        if event.type() == self._kind:
            self.events.append(event.type())
        return False


def repeat(widget: QWidget, key: Key) -> None:
    """What the screen tells of a key that is held."""
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 2:
        QApplication.sendEvent(widget, QKeyEvent(kind, KEYS[key], NONE, "", True))


def is_passed_up(widget: Any, top: QWidget) -> bool:
    """A turn of the wheel over ``widget`` gets to ``top``. Qt passes on what comes from the screen,
    and nothing that was made here: who leaves the wheel alone leaves it to its parent."""
    reached = widget.viewport() if hasattr(widget, "viewport") else widget
    while reached is not top:
        middle = reached.rect().center()
        event = QWheelEvent(
            QPointF(middle), QPointF(reached.mapToGlobal(middle)), QPoint(0, 0), QPoint(0, -120),
            Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(reached, event)
        if event.isAccepted():
            return False
        reached = reached.parentWidget()
    return True
