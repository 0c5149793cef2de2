# pyright: standard
"""The seed: a number that is kept, or a new one each time."""

from __future__ import annotations

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..form.seeds import NEW, seed_digits, seed_of
from ..model import Field
from .editors import NARROW_CHARACTERS, Editor
from .measures import LEAST_TARGET
from .numbers import LARGEST
from .signs import icon_of
from .texts import describe, row
from .toolkit import Gtk
from .wiring import connect

_DICE = ("media-playlist-shuffle-symbolic", "view-refresh-symbolic")


class SeedEditor(Editor):
    """The field's one option says what the dice are for, its placeholder is the seed of before."""

    def __init__(self, report: Report) -> None:
        self.entry = Gtk.Entry(visible=True, width_chars=NARROW_CHARACTERS)
        self.random = Gtk.ToggleButton(visible=True, focus_on_click=False)
        self.random.add(icon_of(_DICE) or Gtk.Label(label="⚂", visible=True))
        self.random.set_size_request(LEAST_TARGET, LEAST_TARGET)
        super().__init__(row(self.entry, self.random, grows=self.entry), report, self.entry)
        self._largest = LARGEST
        connect(self.entry, "changed", self._typed)
        connect(self.random, "toggled", self._toggled)

    def configure(self, field: Field) -> None:
        self.entry.set_placeholder_text(field.placeholder)
        self._largest = LARGEST if field.maximum is None else round(field.maximum)
        name = field.options[0].label if field.options else field.label
        describe(self.random, name, is_written=False)

    def write(self, value: ParameterValue) -> None:
        seed = seed_of(value)
        self.entry.set_text("" if seed < 0 else str(seed))
        self.random.set_active(seed < 0)

    def _typed(self) -> None:
        if self._writing:
            return
        text = self.entry.get_text()
        digits = seed_digits(text, self._largest)
        seed = int(digits) if digits else NEW
        self._writing = True
        try:
            if digits != text:
                self.entry.set_text(digits)
            self.random.set_active(seed == NEW)
        finally:
            self._writing = False
        self.edited(seed)

    def _toggled(self) -> None:
        if self._writing:
            return
        if self.random.get_active():
            self.edited(NEW)
            return
        kept = int(self.entry.get_text() or self.entry.get_placeholder_text() or 0)
        self.quietly(kept)
        self.edited(kept)
