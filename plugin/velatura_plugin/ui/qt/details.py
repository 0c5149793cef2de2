# pyright: standard
"""What is behind a message: folded away, to be read and to be copied as one block."""

from __future__ import annotations

from ..chrome import Chrome
from .buttons import describe, say, words
from .compat import QApplication, QHBoxLayout, QPalette, Qt, QToolButton, QVBoxLayout, QWidget
from .guard import connect, on_click
from .measures import SPACING, target
from .mnemonics import plain


class Details(QWidget):
    """One line of details is short enough to be seen without a click. ``always_copies``: there is
    something to copy without any details, too."""

    def __init__(self, chrome: Chrome, parent: QWidget, *, always_copies: bool = False) -> None:
        super().__init__(parent)
        self._always_copies = always_copies
        self._message = self._detail = ""
        self.fold, self.copy = small(self, chrome.details), small(self, chrome.copy)
        self.fold.setCheckable(True)
        self.text = words(self)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        line = QHBoxLayout()
        line.setSpacing(SPACING)
        line.addStretch(1)
        line.addWidget(self.fold)
        line.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.text)
        layout.addLayout(line)
        connect(self.fold.toggled, lambda _open: self._unfold())
        on_click(self.copy, self._copy)
        self.hide()

    def display(self, message: str, detail: str) -> None:
        if detail != self._detail:
            self.fold.setChecked(bool(detail) and "\n" not in detail)
        self._message, self._detail = message, detail
        self.fold.setVisible(bool(detail))
        self.setVisible(bool(detail) or (self._always_copies and bool(message)))
        self._unfold()

    def _unfold(self) -> None:
        say(self.text, self._detail if self.fold.isChecked() else "")

    def _copy(self) -> None:
        block = "\n\n".join(each for each in (self._message, self._detail) if each)
        QApplication.clipboard().setText(block)


def small(parent: QWidget, text: str) -> QToolButton:
    """A button beside the message it belongs to, for when it is wanted."""
    button = QToolButton(parent)
    button.setText(plain(text))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setMinimumSize(target(button), target(button))
    button.setForegroundRole(QPalette.ColorRole.WindowText)
    describe(button, text)
    return button
