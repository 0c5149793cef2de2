# pyright: standard
"""The seed: a number that is kept, or a new one each time."""

from __future__ import annotations

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..form.seeds import NEW, seed_digits, seed_of
from ..model import Field
from .buttons import describe
from .compat import QHBoxLayout, QLineEdit, Qt, QToolButton, QWidget
from .editors import LARGEST, Editor
from .guard import connect
from .measures import SPACING, comfortable, target


class SeedEditor(Editor):
    """The field's one option says what the dice are for, its placeholder is the seed of before."""

    def __init__(self, parent: QWidget, report: Report) -> None:
        box = QWidget(parent)
        super().__init__(box, report)
        self._largest = LARGEST
        self.line, self.random = QLineEdit(box), QToolButton(box)
        comfortable(self.line)
        self.random.setText("🎲")
        self.random.setCheckable(True)
        self.random.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.random.setMinimumSize(target(box), target(box))
        layout = QHBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.random)
        connect(self.line.textEdited, self._typed)
        connect(self.random.toggled, self._toggled)

    @property
    def focus(self) -> QWidget:
        return self.line

    def configure(self, field: Field) -> None:
        self.line.setPlaceholderText(field.placeholder)
        self._largest = LARGEST if field.maximum is None else round(field.maximum)
        describe(self.random, field.options[0].label if field.options else field.label)

    def write(self, value: ParameterValue) -> None:
        seed = seed_of(value)
        self.line.setText("" if seed < 0 else str(seed))
        self.random.setChecked(seed < 0)

    def _typed(self, text: str) -> None:
        digits = seed_digits(text, self._largest)
        if digits != text:
            self.line.setText(digits)
        self._writing = True
        try:
            self.random.setChecked(not digits)
        finally:
            self._writing = False
        self.edited(int(digits) if digits else NEW)

    def _toggled(self, random: bool) -> None:
        if random:
            self.edited(NEW)
        elif not self._writing:
            kept = int(self.line.text() or self.line.placeholderText() or 0)
            self.line.setText(str(kept))
            self.edited(kept)
