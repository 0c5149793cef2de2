from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contracts.panel.field_hands import FieldHands, FileDialog
from tests.hosts.gtk.inside.hands import settle, until
from velatura_plugin.ui.gtk.toolkit import Gdk, Gtk


class GtkFileDialog(FileDialog):
    def __init__(self, native: Gtk.FileChooserNative) -> None:
        self._native = native

    def is_modal(self) -> bool:
        return bool(self._native.get_modal())

    def pick(self, path: Path) -> None:
        self._native.set_filename(str(path))
        until(lambda: self._native.get_filename() == str(path))
        self._native.emit("response", Gtk.ResponseType.ACCEPT)

    def leave(self) -> None:
        self._native.emit("response", Gtk.ResponseType.CANCEL)


class GtkFields(FieldHands):
    # -- a choice

    def options(self, editor: Any) -> list[str]:
        return [row[1] for row in editor.combo.get_model()]

    def chosen(self, editor: Any) -> str:
        at = editor.combo.get_active_iter()
        return "" if at is None else str(editor.combo.get_model()[at][1])

    def choose(self, editor: Any, index: int) -> None:
        editor.combo.set_active(index)

    def step(self, editor: Any) -> None:
        editor.combo.set_active(editor.combo.get_active() + 1)

    def option_tooltip(self, editor: Any, index: int) -> str:
        editor.combo.popup()
        menu = editor.combo.get_popup_accessible().get_widget()
        until(menu.get_mapped)
        found = menu.get_children()[index].get_tooltip_text()
        editor.combo.popdown()
        settle()
        return found or ""

    # -- numbers

    def number(self, widget: Any) -> float:
        return float(widget.get_value())

    def set_number(self, widget: Any, number: float) -> None:
        widget.set_value(number)

    # -- lines of text, seeds and paths

    def line(self, editor: Any) -> Any:
        return editor.entry

    # -- files

    def dialog(self, editor: Any) -> FileDialog | None:
        native = editor.dialog.native
        return GtkFileDialog(native) if native is not None else None

    # -- colours

    def colour(self, swatch: Any) -> str:
        return str(swatch.colour())

    def pick_colour(self, swatch: Any, colour: str) -> None:
        shade = Gdk.RGBA()
        shade.parse(colour)
        swatch.set_rgba(shade)
        swatch.emit("color-set")

    # -- the prompt

    def cursor(self, text: Any) -> int:
        return int(text.get_buffer().get_property("cursor-position"))

    def put_cursor(self, text: Any, place: int) -> None:
        buffer = text.get_buffer()
        buffer.place_cursor(buffer.get_iter_at_offset(place))

    def height(self, prompt: Any) -> int:
        return int(prompt.frame.get_allocated_height())

    def pull(self, prompt: Any, height: int) -> None:
        prompt.grip.pull(height)
        settle()

    def line_height(self, prompt: Any) -> int:
        return int(prompt.text.create_pango_layout("Ag").get_pixel_size()[1])

    def roll_to(self, prompt: Any, *, end: bool) -> None:
        place = prompt.frame.get_vadjustment()
        assert place.get_upper() > place.get_page_size()
        place.set_value(place.get_upper() if end else 0)
