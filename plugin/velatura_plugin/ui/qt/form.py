# pyright: standard
"""Fields one under the other, with what is folded away under «More»."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from velatura_protocol.parameters import ParameterValue

from ..chrome import Chrome
from ..form.editor import Report
from ..model import Field, FieldKind, Form
from .buttons import describe, say, words
from .compat import QBoxLayout, QLabel, QSizePolicy, Qt, QToolButton, QVBoxLayout, QWidget
from .editors import SIMPLE, Editor
from .gallery import GalleryEditor
from .guard import connect, guarded
from .measures import SPACING, target, text_width
from .mnemonics import plain
from .pickers import PICKERS
from .prompt import PromptEditor
from .seed import SeedEditor

Edited = Callable[[str, ParameterValue], None]
LABEL_SHARE = 0.45
"""Of the width; a longer label lies over its field."""


class FieldRow(QWidget):
    """A label, its field beside or under it, and under both what is to be known about it."""

    def __init__(
        self, field: Field, edited: Edited, submit: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.id, self.kind = field.id, field.kind
        self.editor = _editor_of(field.kind, self, lambda it: edited(self.id, it), submit)
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setBuddy(self.editor.focus)
        self._reason, self._note = words(self), words(self)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(SPACING)
        self._line.addWidget(self.label)
        self._line.addWidget(self.editor.widget, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._line)
        layout.addWidget(self._reason)
        layout.addWidget(self._note)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Minimum)

    def display(self, field: Field) -> None:
        self.label.setText(plain(field.label))
        self.label.setToolTip(field.help)
        self.label.setVisible(not (self.editor.names_itself or self.editor.is_wide))
        self.editor.display(field)
        say(self._reason, field.reason)
        say(self._note, field.note)

    def label_width(self) -> int:
        return 0 if self.label.isHidden() else text_width(self.label, self.label.text())

    def arrange(self, label_width: int, width: int) -> None:
        """``label_width``: that of all labels in the form, so that the fields begin in a line."""
        own, directions = self.label_width(), QBoxLayout.Direction
        beside = own <= LABEL_SHARE * width and not self.editor.is_tall
        self._line.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self._line.setSpacing(SPACING if beside else 2)
        self.label.setMinimumWidth(min(label_width, round(LABEL_SHARE * width)) if beside else 0)


class FieldList(QWidget):
    """Rows come and go with the fields; one that stays keeps its widgets, focus and cursor."""

    def __init__(self, edited: Edited, submit: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[FieldRow] = []
        self._edited, self._submit = edited, submit
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACING)

    def display(self, fields: Sequence[Field]) -> None:
        if [(each.id, each.kind) for each in fields] != [
            (each.id, each.kind) for each in self.rows
        ]:
            self._rebuild(fields)
        for row, field in zip(self.rows, fields, strict=True):
            row.display(field)
        self.setVisible(bool(fields))
        self._arrange()

    @guarded
    def resizeEvent(self, event: object) -> None:  # noqa: N802
        self._arrange()

    def row(self, field_id: str) -> FieldRow | None:
        return next((each for each in self.rows if each.id == field_id), None)

    def _rebuild(self, fields: Sequence[Field]) -> None:
        known = {(each.id, each.kind): each for each in self.rows}
        self.rows = []
        for field in fields:
            row = known.pop((field.id, field.kind), None)
            self.rows.append(row or FieldRow(field, self._edited, self._submit, self))
        for gone in known.values():
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for index, row in enumerate(self.rows):
            self._layout.insertWidget(index, row)
            row.show()

    def _arrange(self) -> None:
        widest = max((each.label_width() for each in self.rows), default=0)
        for row in self.rows:
            row.arrange(widest, self.width())


class FormBox(QWidget):
    def __init__(
        self, edited: Edited, submit: Callable[[], None], chrome: Chrome, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._form = Form()
        self.main = FieldList(edited, submit, self)
        self.fold = QToolButton(self)
        self.fold.setText(chrome.more)
        self.fold.setCheckable(True)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.fold.setMinimumHeight(target(self))
        describe(self.fold, chrome.more)
        self.more = FieldList(edited, submit, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        for each in (self.main, self.fold, self.more):
            layout.addWidget(each)
        connect(self.fold.toggled, lambda _open: self._unfold())
        self._unfold()

    def display(self, form: Form) -> None:
        if form == self._form:
            return
        self._form = form
        self.main.display(form.main)
        self._unfold()

    def _unfold(self) -> None:
        is_open = self.fold.isChecked()
        arrows = Qt.ArrowType
        self.fold.setArrowType(arrows.DownArrow if is_open else arrows.RightArrow)
        self.fold.setVisible(bool(self._form.more))
        self.more.display(self._form.more if is_open else ())


def _editor_of(
    kind: FieldKind, parent: QWidget, report: Report, submit: Callable[[], None]
) -> Editor:
    if kind is FieldKind.PROMPT:
        return PromptEditor(parent, report, submit)
    if kind is FieldKind.SEED:
        return SeedEditor(parent, report)
    if kind is FieldKind.GALLERY:
        return GalleryEditor(parent, report)
    return {**SIMPLE, **PICKERS}[kind](parent, report)
