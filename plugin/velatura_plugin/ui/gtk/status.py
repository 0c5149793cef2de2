# pyright: standard
"""The dot with its word, and behind it how things stand with the backend."""

from __future__ import annotations

from ..chrome import Chrome
from ..model import StatusLine, Tone
from .buttons import Ask, ButtonRow
from .details import Details
from .measures import LEAST_TARGET
from .texts import column, describe, line, row, say, words
from .tones import Dot
from .toolkit import Gtk
from .wiring import connect


class StatusBar(Gtk.Box):
    """A click on the word folds the details out, as their own button does."""

    def __init__(self, ask: Ask, tools: Gtk.Widget, chrome: Chrome) -> None:
        super().__init__(visible=True)
        self._dot, self._word = Dot(), line()
        self._word.show()
        self.word = Gtk.Button(
            visible=True, focus_on_click=False, relief=Gtk.ReliefStyle.NONE, halign=Gtk.Align.START
        )
        self.word.add(row(self._dot, self._word))
        self.word.set_size_request(LEAST_TARGET, LEAST_TARGET)
        self._sentence, self.actions = words(), ButtonRow(ask)
        self.details = Details(chrome)
        self._status = StatusLine("", Tone.QUIET)
        head = row(self.word, tools, grows=self.word)
        inner = column(head, self._sentence, self.details, self.actions)
        inner.show()
        self.pack_start(inner, True, True, 0)
        connect(self.word, "clicked", self._toggle)
        connect(self.details.fold, "toggled", self._settle)

    def display(self, status: StatusLine) -> None:
        if status == self._status:
            return
        self._status = status
        self._dot.display(status.tone)
        self._word.set_text(status.word)
        describe(self.word, status.word, status.sentence)
        say(self._sentence, status.sentence)
        self.actions.display(status.actions)
        self.details.display(status.sentence, status.detail)
        self._settle()

    def shown_word(self) -> str:
        return str(self._word.get_text())

    def _toggle(self) -> None:
        self.details.fold.set_active(not self.details.fold.get_active())

    def _settle(self) -> None:
        """Where nothing is wrong, the word alone leads to the details."""
        if not self._status.sentence:
            is_open = self.details.fold.get_active()
            self.details.set_visible(is_open and bool(self._status.detail))
