# pyright: standard
"""Fields whose values are picked: colours and files. The host's dialogs, opened without waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..model import Field, FieldKind
from .buttons import describe
from .compat import (
    QColor,
    QColorDialog,
    QHBoxLayout,
    QLineEdit,
    QPainter,
    QRect,
    Qt,
    QToolButton,
    QWidget,
)
from .editors import Editor, open_file
from .flow import FlowLayout
from .guard import connect, guarded, on_click
from .measures import SPACING, comfortable, target

START = "#808080"


class Swatch(QToolButton):
    """Shows a colour and its code; a click asks for another."""

    def __init__(self, parent: QWidget, picked: Callable[[str], None]) -> None:
        super().__init__(parent)
        self.colour = START
        self._picked = picked
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(target(self), target(self))
        on_click(self, self._open)

    def display(self, colour: str, name: str) -> None:
        self.colour = colour
        describe(self, f"{name} {colour}")
        self.update()

    @guarded
    def paintEvent(self, event: Any) -> None:  # noqa: N802
        super().paintEvent(event)
        painter = QPainter(self)
        inner: QRect = self.rect().adjusted(5, 5, -5, -5)
        painter.setPen(self.palette().windowText().color())
        painter.setBrush(QColor(self.colour))
        painter.drawRect(inner)
        painter.end()

    def _open(self) -> None:
        dialog = QColorDialog(QColor(self.colour), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        connect(dialog.colorSelected, lambda chosen: self._picked(chosen.name()))
        dialog.show()


class ColourEditor(Editor):
    def __init__(self, parent: QWidget, report: Report) -> None:
        self.swatch = Swatch(parent, self._picked)
        super().__init__(self.swatch, report)
        self._name = ""

    def configure(self, field: Field) -> None:
        self._name = field.label

    def write(self, value: ParameterValue) -> None:
        self.swatch.display(str(value) or START, self._name)

    def _picked(self, colour: str) -> None:
        self.swatch.display(colour, self._name)
        self.edited(colour)


class PaletteEditor(Editor):
    """A row of colours; plus adds one, minus takes the last away."""

    def __init__(self, parent: QWidget, report: Report) -> None:
        box = QWidget(parent)
        super().__init__(box, report)
        self._flow = FlowLayout(box)
        self._name = ""
        self.swatches: list[Swatch] = []
        self.add, self.remove = _sign(box, "+"), _sign(box, "−")
        self._flow.addWidget(self.add)
        self._flow.addWidget(self.remove)
        self._colours: list[str] = []
        on_click(self.add, lambda: self._put([*self._colours, START]))
        on_click(self.remove, lambda: self._put(self._colours[:-1]))

    @property
    def focus(self) -> QWidget:
        return self.add

    def configure(self, field: Field) -> None:
        self._name = field.label
        describe(self.remove, f"{field.label} −")

    def write(self, value: ParameterValue) -> None:
        self._colours = list(value) if isinstance(value, tuple) else []
        while len(self.swatches) < len(self._colours):
            self._make_swatch(len(self.swatches))
        for index, swatch in enumerate(self.swatches):
            swatch.setVisible(index < len(self._colours))
            if index < len(self._colours):
                swatch.display(self._colours[index], f"{self._name} {index + 1}")
        self.remove.setEnabled(bool(self._colours))

    def _make_swatch(self, index: int) -> None:
        swatch = Swatch(self.widget, lambda colour: self._replace(index, colour))
        self.swatches.append(swatch)
        self._flow.addWidget(swatch)

    def _replace(self, index: int, colour: str) -> None:
        self._put([*self._colours[:index], colour, *self._colours[index + 1 :]])

    def _put(self, colours: list[str]) -> None:
        self.write(tuple(colours))
        self.edited(tuple(colours))


class FileEditor(Editor):
    """A path to type, or to look for."""

    def __init__(self, parent: QWidget, report: Report) -> None:
        box = QWidget(parent)
        super().__init__(box, report)
        self.line, self.browse = QLineEdit(box), _sign(box, "…")
        comfortable(self.line)
        layout = QHBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.browse)
        connect(self.line.textEdited, lambda text: self.edited(str(text)))
        on_click(self.browse, self._open)

    @property
    def focus(self) -> QWidget:
        return self.line

    def configure(self, field: Field) -> None:
        self.line.setPlaceholderText(field.placeholder)
        describe(self.browse, f"{field.label}…", field.help)

    def write(self, value: ParameterValue) -> None:
        self.line.setText(str(value))

    def _open(self) -> None:
        open_file(self.line, self._picked, self.line.text())

    def _picked(self, path: str) -> None:
        self.line.setText(path)
        self.edited(path)


def _sign(parent: QWidget, text: str) -> QToolButton:
    button = QToolButton(parent)
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setMinimumSize(target(button), target(button))
    return button


PICKERS: Mapping[FieldKind, Callable[[QWidget, Report], Editor]] = {
    FieldKind.COLOUR: ColourEditor,
    FieldKind.PALETTE: PaletteEditor,
    FieldKind.FILE: FileEditor,
}
