# pyright: standard
"""Qt's own inputs, a little easier to read and to hit."""

from __future__ import annotations

from .compat import QCheckBox, QDoubleSpinBox, QPoint
from .guard import returning


class DecimalBox(QDoubleSpinBox):
    """In the widget's locale, with no zeros at the end: ``4``, ``0,5``."""

    @returning("")
    def textFromValue(self, value: float) -> str:  # noqa: N802
        text = str(QDoubleSpinBox.textFromValue(self, value))
        mark = str(self.locale().decimalPoint())
        return text.rstrip("0").rstrip(mark) if mark in text else text


class WideCheckBox(QCheckBox):
    """Some styles react on the text alone: here all of it is met, which a pen needs."""

    @returning(False)
    def hitButton(self, pos: QPoint) -> bool:  # noqa: N802
        return bool(self.rect().contains(pos))
