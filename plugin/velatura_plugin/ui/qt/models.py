# pyright: standard
"""The page of models: a row for each, with what it gives, its licence and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from ..chrome import Chrome
from ..model import Action, ModelItem, ModelsPage
from ..strip_actions import AskJob, asked_first
from .buttons import ButtonRow, say, words
from .compat import QFrame, Qt, QVBoxLayout, QWidget
from .form import Edited, FieldList
from .measures import SPACING
from .pages import heading
from .progress import ProgressBox
from .strip import Question


class ModelsBox(QWidget):
    def __init__(self, ask: AskJob, edited: Edited, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self._ask, self._edited, self._chrome = ask, edited, chrome
        self._title, self._note, self._empty = heading(self), words(self), words(self)
        self.rows: list[ModelRow] = []
        self._inner = QVBoxLayout()
        self._inner.setSpacing(SPACING)
        self._close = ButtonRow(lambda action: ask(action, ""), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        for each in (self._title, self._close, self._note, self._empty):
            layout.addWidget(each)
        layout.addLayout(self._inner)
        self.hide()

    def display(self, page: ModelsPage | None) -> None:
        self.setVisible(page is not None)
        if page is None:
            return
        say(self._title, page.title)
        say(self._note, page.note)
        say(self._empty, page.empty)
        self._close.display((page.close,) if page.close else ())
        self._display_items(page.items)

    def _display_items(self, items: Sequence[ModelItem]) -> None:
        while len(self.rows) < len(items):
            self.rows.append(ModelRow(self._ask, self._edited, self._chrome, self))
            self._inner.addWidget(self.rows[-1])
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(items))
            if index < len(items):
                row.display(items[index])


class ModelRow(QFrame):
    def __init__(self, ask: AskJob, edited: Edited, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.model = ""
        self._ask_about = ask
        self._item: ModelItem | None = None
        self._title, self._text, self._link = heading(self), words(self), words(self)
        self._link.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.progress = ProgressBox(self)
        self.fields = FieldList(edited, lambda: None, self)
        self.buttons = ButtonRow(self._ask, self)
        self.question = Question(chrome.keep, lambda: ask(Action.REMOVE_MODEL, self.model), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(2)
        for each in (self._title, self._text, self._link, self.progress):
            layout.addWidget(each)
        for each in (self.fields, self.buttons):
            layout.addWidget(each)
        layout.addWidget(self.question)

    def display(self, item: ModelItem) -> None:
        if item.model != self.model:
            self.question.hide()
        self.model, self._item = item.model, item
        say(self._title, item.title)
        say(self._text, item.text)
        say(self._link, item.link)
        self.progress.display(item.progress)
        self.fields.display(item.fields)
        self.buttons.display(item.controls)

    def _ask(self, action: Action) -> None:
        item = self._item
        question = item.question if item else ""
        first = asked_first(question, action, Action.REMOVE_MODEL, item.controls if item else ())
        if first is not None:
            self.question.ask(question, first)
        else:
            self._ask_about(action, self.model)
