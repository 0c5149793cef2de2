# pyright: standard
"""Buttons that say why they cannot be pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..arranging import reasons_of
from ..model import Action, Control
from .compat import QAction, QLabel, QMenu, QPushButton, Qt, QToolButton, QVBoxLayout, QWidget
from .flow import FlowLayout
from .guard import connect, on_click
from .measures import SPACING, comfortable, target
from .mnemonics import plain

Ask = Callable[[Action], None]


def words(parent: QWidget | None = None) -> QLabel:
    """Text of several lines, never markup, to be read and copied."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.hide()
    return label


def say(label: QLabel, text: str) -> None:
    """No place is kept for a label that has nothing to say."""
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))


def describe(widget: QWidget, name: str, description: str = "") -> None:
    """What a screen reader says and what the tooltip shows are one."""
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(description)
    widget.setToolTip(description or name)


class ActionButton(QPushButton):
    """Shows one control at a time. A click leaves the focus where it was: on the canvas."""

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control: Control | None = None
        self._ask = ask
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        comfortable(self)
        on_click(self, self._asked)

    def display(self, control: Control | None) -> None:
        self.setVisible(control is not None)
        if control is None or control == self.control:
            return
        self.control = control
        self.setText(plain(control.label))
        self.setEnabled(control.enabled)
        describe(self, control.label, control.reason)

    def _asked(self) -> None:
        if self.control is not None:
            self._ask(self.control.action)


class ButtonRow(QWidget):
    """Any number of buttons, in as many lines as they need, and under them the reasons of those
    that are disabled."""

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[ActionButton] = []
        self._ask = ask
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        line = QWidget(self)
        self._flow = FlowLayout(line)
        self._reasons = words(self)
        layout.addWidget(line)
        layout.addWidget(self._reasons)
        self._line = line
        self.hide()

    def display(self, controls: Sequence[Control]) -> None:
        while len(self.buttons) < len(controls):
            button = ActionButton(self._ask, self._line)
            self.buttons.append(button)
            self._flow.addWidget(button)
        for index, button in enumerate(self.buttons):
            button.display(controls[index] if index < len(controls) else None)
        say(self._reasons, reasons_of(controls))
        self.setVisible(bool(controls))
        self._flow.invalidate()


class MenuButton(QToolButton):
    """An arrow with more to choose from; disabled entries show their reason."""

    def __init__(self, ask: Ask, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._controls: tuple[Control, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setArrowType(Qt.ArrowType.DownArrow)
        # The arrow is the whole button: Qt's own indicator would be a second one.
        self.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self.setMinimumSize(target(self), target(self))
        self.setMenu(QMenu(self))
        describe(self, name)
        self.hide()

    def display(self, controls: tuple[Control, ...]) -> None:
        self.setVisible(bool(controls))
        if controls == self._controls:
            return
        self._controls = controls
        menu = self.menu()
        menu.clear()
        for each in controls:
            text = f"{each.label} ({each.reason})" if each.reason else each.label
            entry = menu.addAction(plain(text))
            entry.setEnabled(each.enabled)
            _on_trigger(entry, self._ask, each.action)


def _on_trigger(entry: QAction, ask: Ask, action: Action) -> None:
    connect(entry.triggered, lambda _checked: ask(action))
