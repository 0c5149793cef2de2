# pyright: standard
"""What is behind a message: folded away, to be read and to be copied as one block."""

from __future__ import annotations

from ..chrome import Chrome
from .flow import Flow
from .measures import LEAST_TARGET, TIGHT
from .texts import column, describe, row, say, words
from .toolkit import Gdk, Gtk
from .wiring import connect


class Details(Gtk.Box):
    """One line of details is short enough to be seen without a click. ``beside``: what begins the
    line of its buttons; where there is such a thing, the message alone can be copied, too."""

    def __init__(self, chrome: Chrome, beside: Gtk.Widget | None = None) -> None:
        super().__init__()
        self._beside = beside
        self._message = self._detail = ""
        self.fold, self.copy = Gtk.ToggleButton(), Gtk.Button()
        for button, text in ((self.fold, chrome.details), (self.copy, chrome.copy)):
            _make_small(button, text)
        self.text = words(copied=True)
        self.text.get_style_context().add_class("monospace")
        first = beside or Gtk.Box(visible=True)
        first.set_hexpand(True)
        buttons = Flow(visible=True)
        buttons.add(first)
        buttons.add(row(self.fold, self.copy, spacing=0))
        inner = column(self.text, buttons, spacing=TIGHT)
        inner.show()
        self.pack_start(inner, True, True, 0)
        connect(self.fold, "toggled", self._unfold)
        connect(self.copy, "clicked", self._copy)

    def display(self, message: str, detail: str) -> None:
        if detail != self._detail:
            self.fold.set_active(bool(detail) and "\n" not in detail)
        self._message, self._detail = message, detail
        self.fold.set_visible(bool(detail))
        self.copy.set_visible(bool(detail) or bool(message))
        self.set_visible(bool(detail) or self._beside is not None)
        self._unfold()

    def _unfold(self) -> None:
        say(self.text, self._detail if self.fold.get_active() else "")

    def _copy(self) -> None:
        block = "\n\n".join(each for each in (self._message, self._detail) if each)
        Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).set_text(block, -1)


def _make_small(button: Gtk.Button, text: str) -> None:
    """Beside the message it belongs to, for when it is wanted."""
    button.add(Gtk.Label(label=text, visible=True))
    button.set_relief(Gtk.ReliefStyle.NONE)
    button.set_focus_on_click(False)
    button.set_valign(Gtk.Align.START)
    button.set_size_request(LEAST_TARGET, LEAST_TARGET)
    describe(button, text)
