# pyright: standard
"""How things stand, as a small sign: its shape says what its colour does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Tone
from .toolkit import Gdk, GLib, Gtk
from .wiring import connect


@dataclass(frozen=True)
class Sign:
    """``colour``: what the theme calls it; the text's own where the theme has none."""

    shape: str
    colour: str


SIGNS: Mapping[Tone, Sign] = {
    Tone.QUIET: Sign("○", "insensitive_fg_color"),
    Tone.BUSY: Sign("◐", "theme_selected_bg_color"),
    Tone.GOOD: Sign("●", "success_color"),
    Tone.WARNING: Sign("▲", "warning_color"),
    Tone.ERROR: Sign("■", "error_color"),
}


class Dot(Gtk.Label):
    def __init__(self) -> None:
        super().__init__(visible=True)
        self._tone: Tone | None = None
        connect(self, "style-updated", self._draw)

    def display(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self._draw()

    def _draw(self) -> None:
        if self._tone is None:
            return
        sign = SIGNS[self._tone]
        found, colour = self.get_style_context().lookup_color(sign.colour)
        shape = GLib.markup_escape_text(sign.shape)
        markup = f'<span foreground="{code_of(colour)}">{shape}</span>' if found else shape
        if self.get_label() != markup:
            self.set_markup(markup)


def code_of(colour: Gdk.RGBA) -> str:
    """``#rrggbb``."""
    shares = (colour.red, colour.green, colour.blue)
    return "#" + "".join(f"{round(255 * each):02x}" for each in shares)
