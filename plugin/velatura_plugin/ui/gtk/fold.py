# pyright: standard
"""A line with an arrow that folds out what is under it."""

from __future__ import annotations

from .measures import LEAST_TARGET, SPACING
from .style import FOLD
from .texts import line, row
from .toolkit import Gtk

_OPEN, _CLOSED = "pan-down-symbolic", "pan-end-symbolic"


class Arrow(Gtk.Image):
    def __init__(self) -> None:
        super().__init__(visible=True)
        self.point(is_open=False)

    def point(self, *, is_open: bool) -> None:
        self.set_from_icon_name(_OPEN if is_open else _CLOSED, Gtk.IconSize.MENU)


class FoldButton(Gtk.ToggleButton):
    """Down while it is folded out. GTK's own expander measures what is in it for another width than
    it gives it, and cuts the last line."""

    def __init__(self, text: str) -> None:
        super().__init__(focus_on_click=False, relief=Gtk.ReliefStyle.NONE)
        self.arrow, self.label = Arrow(), line(text)
        self.label.show()
        self.add(row(self.arrow, self.label, grows=self.label, spacing=SPACING))
        self.set_size_request(LEAST_TARGET, LEAST_TARGET)
        self.get_style_context().add_class(FOLD)
