# pyright: standard
"""Numbers to type, with their units, as the panel's language writes them."""

from __future__ import annotations

import re

from velatura_protocol.parameters import ParameterValue

from ...i18n import Translations
from ..form.editor import Report, number_of
from ..model import Field
from ..wording.numbers import decimal
from .editors import NARROW_CHARACTERS, Editor
from .measures import LEAST_TARGET
from .texts import describe, row
from .toolkit import Gdk, GObject, Gtk
from .wheel import shield_from_wheel
from .wiring import connect, intercept

LARGEST = 2**31 - 1
_SLIDER = 88
_SHORT = 5
"""Characters of ``100 %``: the slider beside it has the room."""


class NumberBox(Gtk.SpinButton):
    """GTK's own reads and writes numbers in the language of the process, which may be another than
    the panel's, and knows no units. Half a number is not a value yet: it is one as soon as the
    focus leaves, Enter is pressed or the arrows are used."""

    def __init__(self, translations: Translations) -> None:
        super().__init__(width_chars=NARROW_CHARACTERS)
        # A text with a unit is no number to GTK: it must leave the value alone then.
        self.set_update_policy(Gtk.SpinButtonUpdatePolicy.IF_VALID)
        self._translations = translations
        self._unit = ""
        shield_from_wheel(self)
        self.connect("output", lambda _spin: self._write())
        connect(self, "activate", self.commit)
        for signal in ("focus-out-event", "key-press-event", "button-press-event"):
            intercept(self, signal, self._take)

    def prepare(self, field: Field, digits: int, step: float) -> None:
        low = -LARGEST if field.minimum is None else field.minimum
        high = LARGEST if field.maximum is None else field.maximum
        self._unit = field.unit
        self.set_digits(digits)
        self.set_increments(step, 10 * step)
        self.set_range(low, high)
        self._write()

    def commit(self) -> None:
        """What is typed becomes the value; what is no number becomes what it was before."""
        text = self.get_text()
        if text == self._text():
            return
        value = self._read(text)
        if value is not None:
            self.set_value(value)
        self._write()

    def _take(self, event: Gdk.Event) -> bool:
        steps = ("Up", "Down", "KP_Up", "KP_Down", "Page_Up", "Page_Down")
        is_key = event.type == Gdk.EventType.KEY_PRESS
        if not is_key or Gdk.keyval_name(event.keyval) in steps:
            self.commit()
        return False

    def _read(self, text: str) -> float | None:
        mark = self._translations.pgettext("decimal mark", ".")
        found = re.search(r"[-+]?(\d+\.?\d*|\.\d+)", text.replace(mark, ".").replace("−", "-"))
        return float(found.group()) if found else None

    def _write(self) -> bool:
        text = self._text()
        if self.get_text() != text:
            self.set_text(text)
        return True

    def _text(self) -> str:
        number = decimal(self.get_value(), self._translations, self.get_digits())
        return f"{number} {self._unit}" if self._unit else number


class NumberEditor(Editor):
    """``is_whole``: an integer."""

    def __init__(self, report: Report, translations: Translations, *, is_whole: bool) -> None:
        self.spin = NumberBox(translations)
        super().__init__(self.spin, report)
        self._is_whole = is_whole
        connect(self.spin, "value-changed", self._changed)

    def configure(self, field: Field) -> None:
        self.spin.prepare(field, *_digits_and_step(field, is_whole=self._is_whole))

    def write(self, value: ParameterValue) -> None:
        self.spin.set_value(number_of(value))

    def _changed(self) -> None:
        value = self.spin.get_value()
        self.edited(round(value) if self._is_whole else round(value, self.spin.get_digits()))


def _digits_and_step(field: Field, *, is_whole: bool) -> tuple[int, float]:
    if is_whole:
        return 0, round(field.step or 1)
    high = LARGEST if field.maximum is None else field.maximum
    span = high - (field.minimum or 0)
    step = field.step or min(1.0, span / 20)
    return 3 if step < 0.01 else 2, step


class SliderEditor(Editor):
    """A slider, and the same number to type."""

    def __init__(self, report: Report, translations: Translations) -> None:
        self.slider = Gtk.Scale(visible=True, draw_value=False, digits=0)
        self.spin = NumberBox(translations)
        self.spin.set_width_chars(_SHORT)
        self.spin.show()
        self.spin.set_size_request(-1, LEAST_TARGET)
        super().__init__(row(self.slider, self.spin, grows=self.slider), report, self.slider)
        self.slider.set_size_request(_SLIDER, LEAST_TARGET)
        shield_from_wheel(self.slider)
        connect(self.slider, "value-changed", lambda: self._moved(self.slider.get_value()))
        connect(self.spin, "value-changed", lambda: self._moved(self.spin.get_value()))

    def configure(self, field: Field) -> None:
        describe(self.spin, field.label, field.reason or field.help)
        _, step = _digits_and_step(field, is_whole=True)
        high = LARGEST if field.maximum is None else field.maximum
        self.slider.set_range(field.minimum or 0, high)
        self.slider.set_increments(step, 10 * step)
        self.spin.prepare(field, 0, step)

    def write(self, value: ParameterValue) -> None:
        for each in (self.slider, self.spin):
            each.set_value(number_of(value))

    def _moved(self, value: float) -> None:
        if not self._writing:
            self.quietly(round(value))
            self.edited(round(value))


def commit_number(widget: GObject.Object | None) -> None:
    """A click leaves the focus, and with it a number that is typed but not entered yet."""
    if isinstance(widget, NumberBox):
        widget.commit()
