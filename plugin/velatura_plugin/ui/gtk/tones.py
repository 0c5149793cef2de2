# pyright: standard
"""How things stand, as a small sign: its shape says what its colour does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model import Tone
from .toolkit import Gdk, Gtk
from .wiring import connect


@dataclass(frozen=True)
class Sign:
    """``colour``: what the theme calls it. Half of the text's own is added, which stands out from
    what is behind it on light and on dark; where the theme has none, it is the text's alone."""

    shape: str
    colour: str


SIGNS: Mapping[Tone, Sign] = {
    Tone.QUIET: Sign("○", "insensitive_fg_color"),
    Tone.BUSY: Sign("◐", "theme_fg_color"),
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
        context = self.get_style_context()
        found, colour = context.lookup_color(sign.colour)
        mixed = _mixed(colour, context.get_color(context.get_state())) if found else ""
        shape = f'<span foreground="{mixed}">{sign.shape}</span>' if mixed else sign.shape
        if self.get_label() != shape:
            self.set_markup(shape)


def _mixed(one: Gdk.RGBA, other: Gdk.RGBA) -> str:
    shares = ((one.red, other.red), (one.green, other.green), (one.blue, other.blue))
    return code_of(Gdk.RGBA(*((a + b) / 2 for a, b in shares), 1.0))


def code_of(colour: Gdk.RGBA) -> str:
    """``#rrggbb``."""
    shares = (colour.red, colour.green, colour.blue)
    return "#" + "".join(f"{round(255 * each):02x}" for each in shares)
