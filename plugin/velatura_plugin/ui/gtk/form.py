# pyright: standard
"""Fields one under the other, with what is folded away under «More»."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from velatura_protocol.parameters import ParameterValue

from ...i18n import Translations
from ..chrome import Chrome
from ..form.editor import Report
from ..model import Field, FieldKind, Form
from .editors import ChoiceEditor, Editor, SwitchEditor, TextEditor
from .flow import Beside
from .fold import FoldButton
from .gallery import GalleryEditor
from .measures import SPACING, TIGHT
from .numbers import NumberEditor, SliderEditor
from .pickers import ColourEditor, FileEditor, PaletteEditor
from .prompt import PromptEditor
from .seed import SeedEditor
from .texts import column, describe, put, say, words
from .toolkit import Gtk
from .wiring import connect

Edited = Callable[[str, ParameterValue], None]


class FormContext:
    """Makes the editors of a form."""

    def __init__(
        self, translations: Translations, edited: Edited, submit: Callable[[], None]
    ) -> None:
        self._translations, self._edited, self._submit = translations, edited, submit

    def editor(self, field: Field) -> Editor:
        def report(value: ParameterValue) -> None:
            self._edited(field.id, value)

        return self._make(field.kind, report)

    def _make(self, kind: FieldKind, report: Report) -> Editor:
        match kind:
            case FieldKind.PROMPT:
                return PromptEditor(report, self._submit)
            case FieldKind.INTEGER | FieldKind.DECIMAL:
                is_whole = kind is FieldKind.INTEGER
                return NumberEditor(report, self._translations, is_whole=is_whole)
            case FieldKind.SLIDER:
                return SliderEditor(report, self._translations)
            case FieldKind.CHOICE:
                return ChoiceEditor(report)
            case FieldKind.GALLERY:
                return GalleryEditor(report)
            case FieldKind.TEXT:
                return TextEditor(report)
            case FieldKind.SWITCH:
                return SwitchEditor(report)
            case FieldKind.SEED:
                return SeedEditor(report)
            case FieldKind.COLOUR:
                return ColourEditor(report)
            case FieldKind.PALETTE:
                return PaletteEditor(report)
            case FieldKind.FILE:
                return FileEditor(report)


class FieldRow(Gtk.Box):
    """A label, its field beside or under it, and under both what is to be known about it."""

    def __init__(self, field: Field, form_context: FormContext) -> None:
        super().__init__(visible=True, orientation=Gtk.Orientation.VERTICAL, spacing=TIGHT)
        self.id, self.kind = field.id, field.kind
        self.editor = form_context.editor(field)
        self.label = Gtk.Label(xalign=0, wrap=True)
        self.label.set_mnemonic_widget(self.editor.focus)
        self.line = Beside(self.label, self.editor.widget, is_tall=self.editor.is_tall)
        self.line.show()
        self._reason, self._note = words(), words()
        for each in (self.line, self._reason, self._note):
            self.pack_start(each, False, False, 0)

    def display(self, field: Field) -> None:
        put(self.label, field.label)
        self.label.set_tooltip_text(field.help or None)
        self.label.set_visible(not (self.editor.names_itself or self.editor.is_wide))
        self.editor.display(field)
        say(self._reason, field.reason)
        say(self._note, field.note)


class FieldList(Gtk.Box):
    """Rows come and go with the fields; one that stays keeps its widgets, focus and cursor."""

    def __init__(self, form_context: FormContext) -> None:
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=SPACING)
        self.rows: list[FieldRow] = []
        self._form_context = form_context
        self._fields: Sequence[Field] = ()

    def display(self, fields: Sequence[Field]) -> None:
        if fields == self._fields:
            return
        self._fields = fields
        wanted = [(each.id, each.kind) for each in fields]
        if wanted != [(each.id, each.kind) for each in self.rows]:
            self._rebuild(fields)
        for row, field in zip(self.rows, fields, strict=True):
            row.display(field)
        self.set_visible(bool(fields))
        self._align()

    def row(self, field_id: str) -> FieldRow | None:
        return next((each for each in self.rows if each.id == field_id), None)

    def labels(self) -> list[Gtk.Label]:
        """Those that are seen, whether beside a field or in it."""
        labels = [each.editor.own_label or each.label for each in self.rows]
        return [each for each in labels if each.get_visible()]

    def _rebuild(self, fields: Sequence[Field]) -> None:
        known = {(each.id, each.kind): each for each in self.rows}
        self.rows = []
        for field in fields:
            row = known.pop((field.id, field.kind), None)
            if row is None:
                row = FieldRow(field, self._form_context)
                self.pack_start(row, False, False, 0)
            self.rows.append(row)
        for gone in known.values():
            gone.destroy()
        for index, row in enumerate(self.rows):
            self.reorder_child(row, index)

    def _align(self) -> None:
        widest = max((each.line.own_label_width() for each in self.rows), default=0)
        for row in self.rows:
            if row.line.label_width != widest:
                row.line.label_width = widest
                row.line.queue_resize()


class FormBox(Gtk.Box):
    def __init__(self, form_context: FormContext, chrome: Chrome) -> None:
        super().__init__()
        self._form = Form()
        self.main, self.more = FieldList(form_context), FieldList(form_context)
        self.fold = FoldButton(chrome.more)
        describe(self.fold, chrome.more)
        whole = column(self.main, self.fold, self.more)
        whole.show()
        self.pack_start(whole, True, True, 0)
        connect(self.fold, "toggled", self._unfold)

    def display(self, form: Form) -> None:
        if form == self._form:
            return
        self._form = form
        self.main.display(form.main)
        self._unfold()

    def labels(self) -> list[Gtk.Label]:
        return [*self.main.labels(), self.fold.label, *self.more.labels()]

    def _unfold(self) -> None:
        self.fold.set_visible(bool(self._form.more))
        is_open = self.fold.get_active()
        self.fold.arrow.point(is_open=is_open)
        self.more.display(self._form.more if is_open else ())
