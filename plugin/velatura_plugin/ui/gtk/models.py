# pyright: standard
"""The page of models: a row for each, with what it gives, its licence and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from ..chrome import Chrome
from ..model import Action, ModelItem, ModelsPage
from ..strip_actions import AskJob, asked_first
from .buttons import ButtonRow
from .form import FieldList, FormContext
from .measures import SPACING, TIGHT
from .progress import ProgressBox
from .question import Question
from .style import CARD
from .texts import column, heading, say, words
from .toolkit import Gtk


class ModelsBox(Gtk.Box):
    def __init__(self, ask: AskJob, form_context: FormContext, chrome: Chrome) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING)
        self._ask, self._form_context, self._chrome = ask, form_context, chrome
        self._title, self._note, self._empty = heading(), words(), words()
        self._close = ButtonRow(lambda action: ask(action, ""))
        self.rows: list[ModelRow] = []
        for each in (self._title, self._close, self._note, self._empty):
            self.pack_start(each, False, False, 0)

    def display(self, page: ModelsPage | None) -> None:
        self.set_visible(page is not None)
        if page is None:
            return
        say(self._title, page.title)
        say(self._note, page.note)
        say(self._empty, page.empty)
        self._close.display((page.close,) if page.close else ())
        self._display_items(page.items)

    def _display_items(self, items: Sequence[ModelItem]) -> None:
        while len(self.rows) < len(items):
            self.rows.append(ModelRow(self._ask, self._form_context, self._chrome))
            self.pack_start(self.rows[-1], False, False, 0)
        for index, row in enumerate(self.rows):
            row.set_visible(index < len(items))
            if index < len(items):
                row.display(items[index])


class ModelRow(Gtk.Frame):
    def __init__(self, ask: AskJob, form_context: FormContext, chrome: Chrome) -> None:
        super().__init__()
        self.model = ""
        self._ask_about = ask
        self._item: ModelItem | None = None
        self._title, self._text, self._link = heading(), words(), words(copied=True)
        self.progress, self.fields = ProgressBox(), FieldList(form_context)
        self.buttons = ButtonRow(self._ask)
        self.question = Question(chrome.keep, lambda: ask(Action.REMOVE_MODEL, self.model))
        inner = column(
            self._title, self._text, self._link, self.progress, self.fields, self.buttons,
            self.question, spacing=TIGHT,
        )  # fmt: skip
        inner.set_property("margin", SPACING)
        inner.show()
        self.add(inner)
        self.get_style_context().add_class(CARD)

    def display(self, item: ModelItem) -> None:
        if item == self._item:
            return
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
