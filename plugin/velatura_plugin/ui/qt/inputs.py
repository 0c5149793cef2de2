# pyright: standard
"""Qt's own inputs, a little easier to read and to hit."""

from __future__ import annotations

from typing import Any, cast

from .compat import QCheckBox, QDoubleSpinBox, QPoint, QValidator
from .guard import returning

_REFUSED = cast("tuple[Any, str, int]", (QValidator.State.Invalid, "", 0))


class DecimalBox(QDoubleSpinBox):
    """In the widget's locale, with no zeros at the end: ``4``, ``0,5``. A point is the decimal mark
    in every language: Qt takes it for a separator of thousands where the comma is, drops it, and
    ``2.5`` would become 25."""

    @returning(_REFUSED)
    def validate(self, text: str, pos: int) -> tuple[Any, str, int]:
        return tuple(QDoubleSpinBox.validate(self, self._marked(text), pos))

    @returning(0.0)
    def valueFromText(self, text: str) -> float:  # noqa: N802
        return float(QDoubleSpinBox.valueFromText(self, self._marked(text)))

    @returning("")
    def textFromValue(self, value: float) -> str:  # noqa: N802
        text = str(QDoubleSpinBox.textFromValue(self, value))
        mark = self._mark()
        return text.rstrip("0").rstrip(mark) if mark in text else text

    def _mark(self) -> str:
        return str(self.locale().decimalPoint())

    def _marked(self, text: str) -> str:
        return text.replace(".", self._mark())


class WideCheckBox(QCheckBox):
    """Some styles react on the text alone: here all of it is met, which a pen needs."""

    @returning(False)
    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802
        return bool(self.rect().contains(pos))
