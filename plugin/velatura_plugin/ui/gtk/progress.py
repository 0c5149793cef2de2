# pyright: standard
"""A thin bar and the words that belong to it."""

from __future__ import annotations

from ..model import ProgressLine
from .measures import TIGHT
from .style import SLIM
from .texts import column, describe, say, words
from .toolkit import GLib, Gtk
from .wiring import after, connect

PULSE_MS = 120


class ProgressBox(Gtk.Box):
    def __init__(self) -> None:
        super().__init__()
        self.bar, self.text = Gtk.ProgressBar(visible=True), words()
        self.bar.get_style_context().add_class(SLIM)
        inner = column(self.bar, self.text, spacing=TIGHT)
        inner.show()
        self.pack_start(inner, True, True, 0)
        self._progress: ProgressLine | None = None
        self._pulse = 0
        connect(self, "map", self._beat)
        connect(self, "unmap", self._rest)

    def display(self, progress: ProgressLine | None) -> None:
        if progress == self._progress:
            return
        self._progress = progress
        self.set_visible(progress is not None)
        if progress is None:
            return
        if progress.fraction is None:
            self._beat()
        else:
            self._rest()
            self.bar.set_fraction(min(1.0, max(0.0, progress.fraction)))
        if self.text.get_text() != progress.text:
            describe(self.bar, progress.text)
        say(self.text, progress.text)

    @property
    def is_beating(self) -> bool:
        return bool(self._pulse)

    def _beat(self) -> None:
        """Nobody knows how far it is: the bar goes to and fro while it is seen."""
        is_unknown = self._progress is not None and self._progress.fraction is None
        if is_unknown and not self._pulse and self.get_mapped():
            self.bar.pulse()
            self._pulse = after(PULSE_MS, self._go_on)

    def _go_on(self) -> bool:
        self.bar.pulse()
        return True

    def _rest(self) -> None:
        if self._pulse:
            GLib.source_remove(self._pulse)
            self._pulse = 0
