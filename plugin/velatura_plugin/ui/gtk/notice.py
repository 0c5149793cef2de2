# pyright: standard
"""What went wrong, where it went wrong, with the one thing that helps. Never a dialog."""

from __future__ import annotations

from ..chrome import Chrome
from ..model import Action, Control, NoticeBox, Tone
from .buttons import Ask, ButtonRow
from .details import Details
from .signs import SignButton
from .style import CARD
from .texts import column, row, say, words
from .tones import Dot
from .toolkit import Gtk

_CLOSE = Control(Action.DISMISS, "✕")


class Notice(Gtk.Frame):
    """Takes no place while there is nothing to tell."""

    def __init__(self, ask: Ask, chrome: Chrome) -> None:
        super().__init__()
        self._notice: NoticeBox | None = None
        self._dot, self.text = Dot(), words(copied=True)
        self._dot.set_valign(Gtk.Align.START)
        self._dot.set_margin_top(8)
        self.text.set_valign(Gtk.Align.CENTER)
        self.close_button = SignButton(ask)
        self.close_button.set_valign(Gtk.Align.START)
        self.buttons = ButtonRow(ask)
        self.details = Details(chrome, self.buttons)
        self.get_style_context().add_class(CARD)
        top = row(self._dot, self.text, self.close_button, grows=self.text)
        inner = column(top, self.details)
        inner.set_property("margin", 6)
        inner.show()
        self.add(inner)

    def display(self, notice: NoticeBox | None) -> None:
        if notice == self._notice:
            return
        self._notice = notice
        self.set_visible(notice is not None)
        if notice is None:
            return
        self._dot.display(notice.tone)
        say(self.text, notice.text)
        self.buttons.display([each for each in notice.actions if each.action != Action.DISMISS])
        # What is no trouble is in no report.
        is_trouble = notice.tone is not Tone.QUIET
        self.details.display(notice.text if is_trouble else "", notice.detail)
        closing = [each for each in notice.actions if each.action is Action.DISMISS]
        self.close_button.display(closing[0] if closing else _CLOSE)
