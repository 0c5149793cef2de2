"""What the widget of a field does in any toolkit: shows values, and reports new ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from velatura_protocol.parameters import ParameterValue

from ..model import Field

Report = Callable[[ParameterValue], None]


class FieldEditor(ABC):
    """Shows one field after another.

    What the user is in the middle of is left alone: a value is only written into the widget where
    it is another than the one last reported or written.
    """

    names_itself = False
    """It needs no label beside it."""
    is_wide = False
    """It takes a line of its own."""
    is_tall = False
    """Its label lies over it, however much room there is."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._field: Field | None = None
        self._value: ParameterValue | None = None
        self._writing = False

    def display(self, field: Field) -> None:
        if field == self._field and field.value == self._value:
            return
        before, self._field = self._field, field
        self._writing = True
        try:
            if before is None or replace(before, value=field.value) != field:
                self.introduce(field)
                self.configure(field)
                self._value = None
            if field.value != self._value:
                self._value = field.value
                self.write(field.value)
        finally:
            self._writing = False

    @abstractmethod
    def introduce(self, field: Field) -> None:
        """Name, description, and whether it can be used: what every kind of field has."""

    @abstractmethod
    def configure(self, field: Field) -> None:
        """Everything else but the value."""

    @abstractmethod
    def write(self, value: ParameterValue) -> None:
        """Puts ``value`` into the widget; nothing is reported meanwhile."""

    def edited(self, value: ParameterValue) -> None:
        """The user has made ``value`` of it."""
        if not self._writing and value != self._value:
            self._value = value
            self._report(value)

    def quietly(self, value: ParameterValue) -> None:
        """Writes ``value`` without a report."""
        self._writing = True
        try:
            self.write(value)
        finally:
            self._writing = False


def number_of(value: ParameterValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
