# pyright: standard
"""Keys and wheel turns stay with the field they are meant for, and tabs go as one reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from .compat import (
    QAbstractSpinBox,
    QComboBox,
    QEvent,
    QLayout,
    QLineEdit,
    QListWidget,
    QObject,
    QPlainTextEdit,
    QSlider,
    Qt,
    QWidget,
)
from .guard import returning
from .thumbnail import ThumbnailButton

_TYPED_INTO = (QLineEdit, QPlainTextEdit, QAbstractSpinBox, QListWidget, ThumbnailButton)
_TURNED = (QAbstractSpinBox, QComboBox, QSlider)


class Shield(QObject):
    """Put on every widget of the panel.

    The editor's shortcuts do not reach through text fields: without this, Ctrl+Backspace in a
    prompt clears a layer. A wheel that scrolls the panel turns no number under the pointer.
    """

    def cover(self, widget: QWidget) -> None:
        """With all that is in it. A widget covered before is not covered twice."""
        for each in (widget, *widget.findChildren(QWidget)):
            if isinstance(each, _TYPED_INTO + _TURNED):
                each.removeEventFilter(self)
                each.installEventFilter(self)

    @returning(False)
    def eventFilter(self, watched: Any, event: Any) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(watched, _TYPED_INTO):
            event.accept()
            return True
        if event.type() == QEvent.Type.Wheel and isinstance(watched, _TURNED):
            event.ignore()
            return not watched.hasFocus()
        return False


def order_tabs(widget: QWidget) -> None:
    """As the layouts have them, whenever they were made."""
    for before, after in pairwise(_stops(widget)):
        QWidget.setTabOrder(before, after)


def _stops(widget: QWidget) -> Iterator[QWidget]:
    # PyQt 5 has a number for a combination of flags, PyQt 6 has no number for a flag.
    if widget.focusPolicy() in (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus):
        yield widget
    if widget.layout() is not None:
        yield from _stops_in(widget.layout())


def _stops_in(layout: QLayout) -> Iterator[QWidget]:
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item.widget() is not None:
            yield from _stops(item.widget())
        elif item.layout() is not None:
            yield from _stops_in(item.layout())
