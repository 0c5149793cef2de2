# pyright: standard
"""One widget for each kind of field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from velatura_protocol.parameters import ParameterValue

from ...host.base import FILE_PREFIX
from ..form.editor import FieldEditor, Report, number_of
from ..model import Field, FieldKind
from .buttons import describe
from .compat import (
    QAbstractSpinBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    Qt,
    QWidget,
)
from .guard import connect
from .inputs import DecimalBox, WideCheckBox
from .measures import SPACING, comfortable, line, target
from .mnemonics import plain

LARGEST = 2**31 - 1
INDENT = "\u2003"
DEPTH_LABEL = 6
"""Characters that a list may shrink to: a panel may be narrow."""


class Editor(FieldEditor):
    """``widget`` is the whole of it."""

    def __init__(self, widget: QWidget, report: Report) -> None:
        super().__init__(report)
        self.widget = widget

    @property
    def focus(self) -> QWidget:
        """What its label is the buddy of."""
        return self.widget

    def introduce(self, field: Field) -> None:
        describe(self.focus, field.label, field.reason or field.help)
        self.widget.setEnabled(field.enabled)


class ChoiceEditor(Editor):
    def __init__(self, parent: QWidget, report: Report) -> None:
        self.combo = QComboBox(parent)
        super().__init__(self.combo, report)
        comfortable(self.combo)
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.combo.setSizeAdjustPolicy(policy)
        self.combo.setMinimumContentsLength(DEPTH_LABEL)
        self.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        connect(self.combo.currentIndexChanged, self._chosen)

    def configure(self, field: Field) -> None:
        self.combo.clear()
        for each in field.options:
            self.combo.addItem(INDENT * each.depth + each.label, each.id)
            self.combo.setItemData(self.combo.count() - 1, each.help, Qt.ItemDataRole.ToolTipRole)
        if field.placeholder:
            self.combo.addItem(field.placeholder, FILE_PREFIX)
        # The list may be wider than a narrow panel.
        view = self.combo.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + 2 * line(view))

    def write(self, value: ParameterValue) -> None:
        self.combo.setCurrentIndex(self.combo.findData(value))

    def _chosen(self, index: int) -> None:
        chosen = str(self.combo.itemData(index)) if index >= 0 else ""
        if chosen == FILE_PREFIX and not self._writing:
            # Back to what it was: the dialog may be left without a file.
            self.quietly("" if self._value is None else self._value)
            open_file(self.combo, lambda path: self.edited(FILE_PREFIX + path))
        elif index >= 0:
            self.edited(chosen)


class IntegerEditor(Editor):
    def __init__(self, parent: QWidget, report: Report) -> None:
        self.spin = QSpinBox(parent)
        super().__init__(self.spin, report)
        _prepare_spin(self.spin)
        connect(self.spin.valueChanged, lambda _value: self.edited(self.spin.value()))

    def configure(self, field: Field) -> None:
        self.spin.setRange(*_whole_range(field))
        self.spin.setSingleStep(round(field.step or 1))
        self.spin.setSuffix(_suffix(field))

    def write(self, value: ParameterValue) -> None:
        self.spin.setValue(round(number_of(value)))


class DecimalEditor(Editor):
    def __init__(self, parent: QWidget, report: Report) -> None:
        self.spin = DecimalBox(parent)
        super().__init__(self.spin, report)
        _prepare_spin(self.spin)
        connect(self.spin.valueChanged, lambda _value: self.edited(self.spin.value()))

    def configure(self, field: Field) -> None:
        low = -LARGEST if field.minimum is None else field.minimum
        high = LARGEST if field.maximum is None else field.maximum
        step = field.step or min(1.0, (high - low) / 20)
        self.spin.setDecimals(3 if step < 0.01 else 2)
        self.spin.setRange(low, high)
        self.spin.setSingleStep(step)
        self.spin.setSuffix(_suffix(field))

    def write(self, value: ParameterValue) -> None:
        self.spin.setValue(number_of(value))


class SliderEditor(Editor):
    """A slider, and the same number to type."""

    def __init__(self, parent: QWidget, report: Report) -> None:
        box = QWidget(parent)
        super().__init__(box, report)
        self.slider, self.spin = QSlider(Qt.Orientation.Horizontal, box), QSpinBox(box)
        self.slider.setMinimumSize(target(box), target(box))
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        _prepare_spin(self.spin)
        self.spin.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.spin)
        connect(self.slider.valueChanged, self._moved)
        connect(self.spin.valueChanged, lambda _value: self._moved(self.spin.value()))

    @property
    def focus(self) -> QWidget:
        return self.slider

    def configure(self, field: Field) -> None:
        describe(self.spin, field.label, field.reason or field.help)
        for each in (self.slider, self.spin):
            each.setRange(*_whole_range(field))
            each.setSingleStep(round(field.step or 1))
        self.slider.setPageStep(max(1, round(field.step or 1) * 10))
        self.spin.setSuffix(_suffix(field))

    def write(self, value: ParameterValue) -> None:
        self.slider.setValue(round(number_of(value)))
        self.spin.setValue(round(number_of(value)))

    def _moved(self, value: int) -> None:
        if not self._writing:
            self.quietly(value)
            self.edited(value)


class SwitchEditor(Editor):
    names_itself = True

    def __init__(self, parent: QWidget, report: Report) -> None:
        self.box = WideCheckBox(parent)
        super().__init__(self.box, report)
        comfortable(self.box)
        connect(self.box.toggled, lambda checked: self.edited(bool(checked)))

    def configure(self, field: Field) -> None:
        self.box.setText(plain(field.label))

    def write(self, value: ParameterValue) -> None:
        self.box.setChecked(bool(value))


class TextEditor(Editor):
    def __init__(self, parent: QWidget, report: Report) -> None:
        self.line = QLineEdit(parent)
        super().__init__(self.line, report)
        comfortable(self.line)
        connect(self.line.textEdited, lambda text: self.edited(str(text)))

    def configure(self, field: Field) -> None:
        self.line.setPlaceholderText(field.placeholder)

    def write(self, value: ParameterValue) -> None:
        self.line.setText(str(value))


def open_file(parent: QWidget, picked: Callable[[str], None], path: str = "") -> None:
    """The host's dialog, without waiting for it."""
    dialog = QFileDialog(parent, parent.accessibleName(), path)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setModal(False)
    connect(dialog.fileSelected, picked)
    dialog.show()


def _prepare_spin(spin: QAbstractSpinBox) -> None:
    comfortable(spin)
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    spin.setKeyboardTracking(False)  # half a number is not a value yet


def _whole_range(field: Field) -> tuple[int, int]:
    low = -LARGEST if field.minimum is None else round(field.minimum)
    return low, LARGEST if field.maximum is None else round(field.maximum)


def _suffix(field: Field) -> str:
    return f" {field.unit}" if field.unit else ""


SIMPLE: Mapping[FieldKind, Callable[[QWidget, Report], Editor]] = {
    FieldKind.CHOICE: ChoiceEditor,
    FieldKind.TEXT: TextEditor,
    FieldKind.INTEGER: IntegerEditor,
    FieldKind.DECIMAL: DecimalEditor,
    FieldKind.SLIDER: SliderEditor,
    FieldKind.SWITCH: SwitchEditor,
}
