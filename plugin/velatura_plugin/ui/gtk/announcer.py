# pyright: standard
"""Tells screen readers of what happens away from the focus."""

from __future__ import annotations

from .toolkit import Atk, GObject, Gtk


class Announcer(Gtk.Box):
    """Not seen, but there: its name is what was said last."""

    def __init__(self) -> None:
        super().__init__(visible=True)
        self.set_size_request(1, 1)
        self._text = ""
        self.get_accessible().set_role(Atk.Role.STATUSBAR)

    def say(self, text: str) -> None:
        if text == self._text:
            return
        self._text = text
        accessible = self.get_accessible()
        accessible.set_name(text)
        # Of ATK 2.46; before, readers are left with the name that has changed.
        if text and GObject.signal_lookup("announcement", type(accessible)):
            accessible.emit("announcement", text)
