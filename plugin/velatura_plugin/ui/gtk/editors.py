# pyright: standard
"""One widget for each kind of field: choices, texts and switches."""

from __future__ import annotations

from velatura_protocol.parameters import ParameterValue

from ...host.base import FILE_PREFIX
from ..form.editor import FieldEditor, Report
from ..model import Field
from .files import FileDialog
from .measures import LEAST_TARGET
from .texts import describe, put
from .toolkit import GObject, Gtk, Pango
from .wheel import shield_from_wheel
from .wiring import connect

INDENT = "\u2003"
NARROW_CHARACTERS = 6
"""What a text to type in asks for: a panel may be narrow."""
_ID, _LABEL = 0, 1


class Editor(FieldEditor):
    """``widget`` is the whole of it, ``focus`` what its label leads to. ``own_label``: that of one
    which names itself."""

    own_label: Gtk.Label | None = None

    def __init__(self, widget: Gtk.Widget, report: Report, focus: Gtk.Widget | None = None) -> None:
        super().__init__(report)
        self.widget, self.focus = widget, focus or widget
        self.focus.set_size_request(-1, LEAST_TARGET)
        widget.show()

    def introduce(self, field: Field) -> None:
        describe(self.focus, field.label, field.reason or field.help)
        self.widget.set_sensitive(field.enabled)


class ChoiceEditor(Editor):
    def __init__(self, report: Report) -> None:
        self.combo = Gtk.ComboBox(popup_fixed_width=False)
        super().__init__(self.combo, report)
        self._options = Gtk.ListStore(GObject.TYPE_STRING, GObject.TYPE_STRING)
        self.dialog = FileDialog(self.combo)
        self._helps: tuple[str, ...] = ()
        renderer = Gtk.CellRendererText(ellipsize=Pango.EllipsizeMode.END)
        self.combo.pack_start(renderer, True)
        self.combo.add_attribute(renderer, "text", _LABEL)
        self.combo.set_model(self._options)
        self.combo.set_id_column(_ID)
        shield_from_wheel(self.combo)
        connect(self.combo, "changed", self._chosen)
        connect(self.combo, "notify::popup-shown", self._explain)

    def configure(self, field: Field) -> None:
        self._options.clear()
        for each in field.options:
            self._options.append((each.id, INDENT * each.depth + each.label))
        if field.placeholder:
            self._options.append((FILE_PREFIX, field.placeholder))
        self._helps = tuple(each.help for each in field.options)

    def write(self, value: ParameterValue) -> None:
        if not self.combo.set_active_id(str(value)):
            self.combo.set_active(-1)

    def _chosen(self) -> None:
        chosen = self.combo.get_active_id()
        if chosen == FILE_PREFIX and not self._writing:
            # Back to what it was: the dialog may be left without a file.
            self.quietly("" if self._value is None else self._value)
            self.dialog.open(lambda path: self.edited(FILE_PREFIX + path))
        elif chosen is not None:
            self.edited(chosen)

    def _explain(self) -> None:
        """What each entry of the list is: GTK has no property for that, but the list is a menu."""
        popup = self.combo.get_popup_accessible()
        menu = popup and popup.get_widget()
        if menu and isinstance(menu, Gtk.Menu):
            for entry, text in zip(menu.get_children(), self._helps, strict=False):
                entry.set_tooltip_text(text or None)


class SwitchEditor(Editor):
    """All of its row is met, which a pen needs."""

    names_itself = True

    def __init__(self, report: Report) -> None:
        self.own_label = label = Gtk.Label(visible=True, xalign=0, wrap=True)
        self.box = Gtk.CheckButton()
        self.box.add(label)
        super().__init__(self.box, report)
        self._label = label
        connect(self.box, "toggled", lambda: self.edited(self.box.get_active()))

    def configure(self, field: Field) -> None:
        put(self._label, field.label)

    def write(self, value: ParameterValue) -> None:
        self.box.set_active(bool(value))


class TextEditor(Editor):
    def __init__(self, report: Report) -> None:
        self.entry = Gtk.Entry(width_chars=NARROW_CHARACTERS)
        super().__init__(self.entry, report)
        connect(self.entry, "changed", lambda: self.edited(self.entry.get_text()))

    def configure(self, field: Field) -> None:
        self.entry.set_placeholder_text(field.placeholder)

    def write(self, value: ParameterValue) -> None:
        self.entry.set_text(str(value))
