# pyright: standard
"""Fields whose values are picked: colours and files. GTK's dialogs, opened without waiting."""

from __future__ import annotations

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..model import Field
from .editors import NARROW_CHARACTERS, Editor
from .files import FileDialog
from .flow import Flow
from .measures import LEAST_TARGET
from .texts import describe, row
from .tones import code_of
from .toolkit import Gdk, Gtk
from .wiring import connect

START = "#808080"


class Swatch(Gtk.ColorButton):
    """Shows a colour; a click asks for another."""

    def __init__(self) -> None:
        super().__init__(visible=True, focus_on_click=False)
        # The patch inside of the button would be a stop of its own for the Tab key.
        self.get_child().set_can_focus(False)
        self.set_size_request(LEAST_TARGET, LEAST_TARGET)

    def display(self, colour: str, name: str) -> None:
        shade = Gdk.RGBA()
        shade.parse(colour)
        self.set_rgba(shade)
        self.set_title(name)
        describe(self, f"{name} {colour}", is_written=False)

    def colour(self) -> str:
        return code_of(self.get_rgba())


class ColourEditor(Editor):
    def __init__(self, report: Report) -> None:
        self.swatch = Swatch()
        self.swatch.set_halign(Gtk.Align.START)
        super().__init__(self.swatch, report)
        self.swatch.set_size_request(2 * LEAST_TARGET, LEAST_TARGET)
        self._name = ""
        connect(self.swatch, "color-set", lambda: self._picked(self.swatch.colour()))

    def configure(self, field: Field) -> None:
        self._name = field.label

    def write(self, value: ParameterValue) -> None:
        self.swatch.display(str(value) or START, self._name)

    def _picked(self, colour: str) -> None:
        self.swatch.display(colour, self._name)
        self.edited(colour)


class PaletteEditor(Editor):
    """A row of colours; plus adds one, minus takes the last away."""

    def __init__(self, report: Report) -> None:
        flow = Flow()
        self.add, self.remove = small_button("+"), small_button("−")
        super().__init__(flow, report, self.add)
        self._flow, self._name = flow, ""
        self.swatches: list[Swatch] = []
        self._colours: tuple[str, ...] = ()
        flow.add(self.add)
        flow.add(self.remove)
        flow.last = (self.add, self.remove)
        connect(self.add, "clicked", lambda: self._put((*self._colours, START)))
        connect(self.remove, "clicked", lambda: self._put(self._colours[:-1]))

    def configure(self, field: Field) -> None:
        self._name = field.label
        describe(self.remove, f"{field.label} −")

    def write(self, value: ParameterValue) -> None:
        self._colours = value if isinstance(value, tuple) else ()
        while len(self.swatches) < len(self._colours):
            self._make_swatch(len(self.swatches))
        for index, swatch in enumerate(self.swatches):
            swatch.set_visible(index < len(self._colours))
            if index < len(self._colours):
                swatch.display(self._colours[index], f"{self._name} {index + 1}")
        self.remove.set_sensitive(bool(self._colours))

    def _make_swatch(self, index: int) -> None:
        swatch = Swatch()
        self.swatches.append(swatch)
        self._flow.add(swatch)
        connect(swatch, "color-set", lambda: self._replace(index, swatch.colour()))

    def _replace(self, index: int, colour: str) -> None:
        self._put((*self._colours[:index], colour, *self._colours[index + 1 :]))

    def _put(self, colours: tuple[str, ...]) -> None:
        self.quietly(colours)
        self.edited(colours)


class FileEditor(Editor):
    """A path to type, or to look for."""

    def __init__(self, report: Report) -> None:
        self.entry = Gtk.Entry(visible=True, width_chars=NARROW_CHARACTERS)
        self.browse = small_button("…")
        super().__init__(row(self.entry, self.browse, grows=self.entry), report, self.entry)
        self.dialog = FileDialog(self.entry)
        connect(self.entry, "changed", lambda: self.edited(self.entry.get_text()))
        connect(self.browse, "clicked", self._look)

    def configure(self, field: Field) -> None:
        self.entry.set_placeholder_text(field.placeholder)
        describe(self.browse, f"{field.label}…", field.help)

    def write(self, value: ParameterValue) -> None:
        self.entry.set_text(str(value))

    def _look(self) -> None:
        self.dialog.open(self.entry.set_text, self.entry.get_text())


def small_button(text: str) -> Gtk.Button:
    button = Gtk.Button(visible=True, focus_on_click=False)
    button.add(Gtk.Label(label=text, visible=True))
    button.set_size_request(LEAST_TARGET, LEAST_TARGET)
    return button
