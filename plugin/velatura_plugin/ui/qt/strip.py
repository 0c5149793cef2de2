# pyright: standard
"""The staging strip: thumbnails, and what can be done with the one that the canvas shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arranging import reasons_of
from ..chrome import Chrome
from ..model import Action, Control, Strip
from ..strip_actions import AskJob, Choose, Key, StripActions, strip_action
from .buttons import ActionButton, MenuButton, describe, say, words
from .compat import QHBoxLayout, QLabel, QSizePolicy, Qt, QVBoxLayout, QWidget
from .flow import FlowLayout
from .guard import connect, guarded
from .measures import SPACING, target
from .thumbnail import ThumbnailButton

_BESIDE = (Action.ACCEPT_COPY, Action.ACCEPT_ALL, Action.MORE)


class HoldButton(ActionButton):
    """Asks when it is pressed and again when it is let go."""

    def __init__(self, ask: Callable[[Action], None], parent: QWidget) -> None:
        super().__init__(lambda _action: None, parent)
        self._hold = ask
        self._is_held = False
        connect(self.pressed, lambda: self.hold(True))
        connect(self.released, lambda: self.hold(False))

    def hold(self, held: bool) -> None:
        """What is held is let go once, whatever happens meanwhile."""
        if held != self._is_held and (self.isEnabled() or self._is_held):
            self._is_held = held
            self._hold(Action.COMPARE)

    def forget(self) -> None:
        """Of what was compared nothing is left."""
        self._is_held = False

    @guarded
    def hideEvent(self, event: Any) -> None:  # noqa: N802
        self.hold(False)


class Question(QWidget):
    """Asked inside of the panel, never in a dialog."""

    def __init__(self, keep: str, answered: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._text = words(self)
        self.yes = ActionButton(lambda _action: self._answer(answered), self)
        self.no = ActionButton(lambda _action: self.hide(), self)
        self.no.display(Control(Action.DISMISS, keep))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        line = QWidget(self)
        flow = FlowLayout(line)
        flow.addWidget(self.yes)
        flow.addWidget(self.no)
        layout.addWidget(self._text)
        layout.addWidget(line)
        self.hide()

    def ask(self, text: str, control: Control) -> None:
        say(self._text, text)
        self.yes.display(control)
        self.no.show()
        self.show()

    def _answer(self, answered: Callable[[], None]) -> None:
        self.hide()
        answered()


class StripBox(QWidget):
    """Left and right step, Enter accepts, Delete discards one, Space held compares."""

    def __init__(self, ask: AskJob, choose: Choose, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self.thumbnails: list[ThumbnailButton] = []
        self._hands = hands = StripActions(ask, choose)
        self._title, self._failures, self._reasons = words(self), words(self), words(self)
        self._shelf = QWidget(self)
        self._shelf_flow = FlowLayout(self._shelf)
        describe(self._shelf, chrome.variations)
        self.position = QLabel(self)
        self.previous, self.next = ActionButton(hands.ask, self), ActionButton(hands.ask, self)
        self.compare = HoldButton(hands.ask, self)
        self.accept = ActionButton(hands.ask, self)
        self.beside = {action: ActionButton(hands.ask, self) for action in _BESIDE}
        self.discard = ActionButton(hands.ask, self)
        self.discard_menu = MenuButton(self._discard, chrome.also, self)
        self.question = Question(chrome.keep, lambda: hands.ask(Action.DISCARD_ALL), self)
        self._arrange()
        self.hide()

    def display(self, strip: Strip | None) -> None:
        before = self._hands.strip
        if strip == before:
            return
        if strip is None or before is None or strip.job != before.job:
            self.question.hide()
            self.compare.forget()
        self._hands.strip = strip
        self.setVisible(strip is not None)
        if strip is None:
            return
        say(self._title, strip.title)
        say(self._failures, strip.failures)
        self._display_thumbnails(strip)
        self.position.setText(strip.position)
        self._display_controls({each.action: each for each in strip.controls})
        say(self._reasons, reasons_of(strip.controls))

    def fold(self, strip: Strip | None) -> None:
        """Shows nothing. ``strip`` goes on without it, so that what is held is let go."""
        shown = self._hands.strip
        if strip is not None and shown is not None and strip.job == shown.job:
            self.compare.hold(False)
        self.display(None)

    @guarded
    def keyPressEvent(self, event: Any) -> None:  # noqa: N802
        action = self._action_of(event.key())
        if action is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        elif action is Action.COMPARE:
            if not event.isAutoRepeat():
                self.compare.hold(True)
        elif self._hands.can(action):
            self._hands.ask(action)

    @guarded
    def keyReleaseEvent(self, event: Any) -> None:  # noqa: N802
        if self._action_of(event.key()) is Action.COMPARE and not event.isAutoRepeat():
            self.compare.hold(False)

    def _action_of(self, key: int) -> Action | None:
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return strip_action(_key_of(key), is_rtl=is_rtl)

    def _discard(self, action: Action) -> None:
        first = self._hands.asked_first(action)
        if first is not None and self._hands.strip is not None:
            self.question.ask(self._hands.strip.discard_question, first)
        else:
            self._hands.ask(action)

    def _display_thumbnails(self, strip: Strip) -> None:
        while len(self.thumbnails) < len(strip.thumbnails):
            button = ThumbnailButton(self._hands.choose, self._shelf)
            self.thumbnails.append(button)
            self._shelf_flow.addWidget(button)
        for index, button in enumerate(self.thumbnails):
            button.setVisible(index < len(strip.thumbnails))
            if index < len(strip.thumbnails):
                button.display(strip.thumbnails[index])

    def _display_controls(self, controls: dict[Action, Control]) -> None:
        for action, button in {
            Action.PREVIOUS: self.previous,
            Action.NEXT: self.next,
            Action.COMPARE: self.compare,
            Action.ACCEPT: self.accept,
            Action.DISCARD: self.discard,
            **self.beside,
        }.items():
            button.display(controls.get(action))
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.previous.setText("▶" if is_rtl else "◀")
        self.next.setText("◀" if is_rtl else "▶")
        rest = (Action.DISCARD, Action.DISCARD_ALL)
        self.discard_menu.display(tuple(controls[each] for each in rest if each in controls))

    def _arrange(self) -> None:
        for arrow in (self.previous, self.next):
            arrow.setFixedSize(target(self), target(self))
        for each in (self.compare, self.accept, self.discard, *self.beside.values()):
            each.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        stepping = _row(self, self.previous, self.position, self.next, self.compare)
        discarding = QWidget(self)
        discarding.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        pair = QHBoxLayout(discarding)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(1)
        pair.addWidget(self.discard)
        pair.addWidget(self.discard_menu)
        deciding = _row(self, self.accept, self.beside[Action.ACCEPT_COPY])
        rest = _row(self, discarding, self.beside[Action.ACCEPT_ALL])
        more = _row(self, self.beside[Action.MORE])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        for each in (
            self._title, self._shelf, self._failures, stepping, deciding, rest, more,
            self.question, self._reasons,
        ):  # fmt: skip
            layout.addWidget(each)


def _key_of(code: int) -> Key | None:
    keys = Qt.Key
    return {
        keys.Key_Left: Key.LEFT,
        keys.Key_Right: Key.RIGHT,
        keys.Key_Return: Key.ENTER,
        keys.Key_Enter: Key.ENTER,
        keys.Key_Delete: Key.DELETE,
        keys.Key_Space: Key.SPACE,
    }.get(code)


def _row(parent: QWidget, *widgets: QWidget) -> QWidget:
    line = QWidget(parent)
    flow = FlowLayout(line)
    for each in widgets:
        flow.addWidget(each)
    return line
