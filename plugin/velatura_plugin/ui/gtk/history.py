# pyright: standard
"""The page of earlier results: a row for each, with its first picture."""

from __future__ import annotations

from collections.abc import Sequence

from ..chrome import Chrome
from ..model import Action, History, HistoryItem
from ..strip_actions import AskJob, asked_first
from .buttons import ButtonRow
from .images import Picture
from .measures import COVER, SPACING, TIGHT
from .question import Question
from .style import CARD
from .texts import column, heading, row, say, words
from .toolkit import GLib, Gtk
from .wiring import connect, soon

AT_ONCE = 6
"""Rows that are made and laid out within 16 ms."""


class HistoryPage(Gtk.Box):
    def __init__(self, ask: AskJob, chrome: Chrome) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING)
        self._ask, self._chrome = ask, chrome
        self._title, self._empty = heading(), words()
        self._close = ButtonRow(lambda action: ask(action, ""))
        self.rows: list[HistoryRow] = []
        self._items: Sequence[HistoryItem] = ()
        self._to_come = 0
        connect(self, "destroy", self._stop)
        for each in (self._title, self._close, self._empty):
            self.pack_start(each, False, False, 0)

    def display(self, history: History | None) -> None:
        self.set_visible(history is not None)
        if history is None:
            return
        say(self._title, history.title)
        say(self._empty, "" if history.items else history.empty)
        self._close.display([each for each in (history.close, history.other) if each is not None])
        self._display_items(history.items)

    def _display_items(self, items: Sequence[HistoryItem]) -> None:
        self._items = items
        for index, each in enumerate(self.rows):
            each.set_visible(index < len(items))
            if index < len(items):
                each.display(items[index])
        if not self._to_come:
            self._make_rows()

    def _make_rows(self) -> None:
        """A few at a time: a long history would hold up everything else."""
        self._to_come = 0
        for item in self._items[len(self.rows) :][:AT_ONCE]:
            self.rows.append(HistoryRow(self._ask, self._chrome))
            self.pack_start(self.rows[-1], False, False, 0)
            self.rows[-1].show()
            self.rows[-1].display(item)
        if len(self.rows) < len(self._items):
            self._to_come = soon(self._make_rows)

    def _stop(self) -> None:
        if self._to_come:
            GLib.source_remove(self._to_come)
            self._to_come = 0


class HistoryRow(Gtk.Frame):
    def __init__(self, ask: AskJob, chrome: Chrome) -> None:
        super().__init__()
        self.job = ""
        self._ask_job = ask
        self._item: HistoryItem | None = None
        self._title, self._when, self.cover = words(), words(), Picture()
        self.cover.set_size_request(COVER, COVER)
        self.cover.set_valign(Gtk.Align.START)
        self.cover.show()
        self.buttons = ButtonRow(self._ask)
        self.question = Question(chrome.keep, lambda: ask(Action.FORGET, self.job))
        texts = column(self._title, self._when, spacing=TIGHT)
        texts.show()
        inner = column(row(self.cover, texts, grows=texts), self.buttons, self.question)
        inner.set_property("margin", SPACING)
        inner.show()
        self.add(inner)
        self.get_style_context().add_class(CARD)

    def display(self, item: HistoryItem) -> None:
        if item == self._item:
            return
        if item.job != self.job:
            self.question.hide()
        self.job, self._item = item.job, item
        say(self._title, f"★ {item.title}" if item.is_favourite else item.title)
        say(self._when, item.when)
        self.cover.display(item.cover, COVER)
        self.buttons.display(item.controls)

    def _ask(self, action: Action) -> None:
        item = self._item
        question = item.question if item else ""
        first = asked_first(question, action, Action.FORGET, item.controls if item else ())
        if first is not None:
            self.question.ask(question, first)
        else:
            self._ask_job(action, self.job)
