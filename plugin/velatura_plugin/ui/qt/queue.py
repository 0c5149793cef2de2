# pyright: standard
"""Jobs that have not ended, each with what removes it."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Waiting
from ..strip_actions import AskJob
from .buttons import say, words
from .compat import QHBoxLayout, QVBoxLayout, QWidget
from .measures import SPACING
from .tools import ToolButton


class QueueRow(QWidget):
    def __init__(self, ask: AskJob, parent: QWidget) -> None:
        super().__init__(parent)
        self.job = ""
        self._text = words(self)
        self.cancel = ToolButton(lambda action: ask(action, self.job), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self._text, 1)
        layout.addWidget(self.cancel)

    def display(self, waiting: Waiting) -> None:
        self.job = waiting.job
        say(self._text, waiting.text)
        self.cancel.display(waiting.cancel)
        self.cancel.setAccessibleDescription(waiting.text)


class QueueBox(QWidget):
    def __init__(self, ask: AskJob, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[QueueRow] = []
        self._ask = ask
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self.hide()

    def display(self, queue: Sequence[Waiting]) -> None:
        while len(self.rows) < len(queue):
            self.rows.append(QueueRow(self._ask, self))
            self._layout.addWidget(self.rows[-1])
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(queue))
            if index < len(queue):
                row.display(queue[index])
        self.setVisible(bool(queue))
