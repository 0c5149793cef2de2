from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contracts.panel.field_hands import FieldHands, FileDialog
from tests.hosts.qt.inside.qtest import QTest
from velatura_plugin.ui.qt.compat import (
    QApplication,
    QColor,
    QColorDialog,
    QFileDialog,
    QLineEdit,
    Qt,
)


class QtFileDialog(FileDialog):
    def __init__(self, dialog: QFileDialog) -> None:
        self._dialog = dialog

    def is_modal(self) -> bool:
        return bool(self._dialog.isModal())

    def pick(self, path: Path) -> None:
        # Typed: the dialog leaves what it is told alone where the focus is in its line.
        self._dialog.findChild(QLineEdit, "fileNameEdit").setText(str(path))
        self._dialog.accept()

    def leave(self) -> None:
        self._dialog.reject()


class QtFields(FieldHands):
    def __init__(self, application: QApplication) -> None:
        self._application = application

    # -- a choice

    def options(self, editor: Any) -> list[str]:
        return [str(editor.combo.itemText(i)) for i in range(editor.combo.count())]

    def chosen(self, editor: Any) -> str:
        return str(editor.combo.currentText())

    def choose(self, editor: Any, index: int) -> None:
        editor.combo.setCurrentIndex(index)

    def step(self, editor: Any) -> None:
        QTest.keyClick(editor.combo, Qt.Key.Key_Down)

    def option_tooltip(self, editor: Any, index: int) -> str:
        return str(editor.combo.itemData(index, Qt.ItemDataRole.ToolTipRole))

    # -- numbers

    def number(self, widget: Any) -> float:
        return float(widget.value())

    def set_number(self, widget: Any, number: float) -> None:
        widget.setValue(number)

    # -- lines of text, seeds and paths

    def line(self, editor: Any) -> Any:
        return editor.line

    # -- files

    def dialog(self, editor: Any) -> FileDialog | None:
        windows = self._application.topLevelWidgets()
        found = [each for each in windows if isinstance(each, QFileDialog) and each.isVisible()]
        return QtFileDialog(found[0]) if found else None

    # -- colours

    def colour(self, swatch: Any) -> str:
        return str(swatch.colour)

    def pick_colour(self, swatch: Any, colour: str) -> None:
        QTest.mouseClick(swatch, Qt.MouseButton.LeftButton)
        (dialog,) = swatch.findChildren(QColorDialog)
        dialog.setCurrentColor(QColor(colour))
        dialog.accept()

    # -- the prompt

    def cursor(self, text: Any) -> int:
        return int(text.textCursor().position())

    def put_cursor(self, text: Any, place: int) -> None:
        cursor = text.textCursor()
        cursor.setPosition(place)
        text.setTextCursor(cursor)

    def height(self, prompt: Any) -> int:
        return int(prompt.text.height())

    def pull(self, prompt: Any, height: int) -> None:
        prompt.text.set_height(height)

    def line_height(self, prompt: Any) -> int:
        return int(prompt.text.fontMetrics().height())

    def roll_to(self, prompt: Any, *, end: bool) -> None:
        bar = prompt.text.verticalScrollBar()
        assert bar.maximum() > 0
        bar.setValue(bar.maximum() if end else 0)
