# pyright: standard
"""Items side by side, in as many rows as the width asks for."""

from __future__ import annotations

from typing import Any

from .compat import QLayout, QPoint, QRect, QSize, QStyle, Qt, QWidget
from .guard import guarded, returning
from .measures import SPACING


class FlowLayout(QLayout):
    """Follows the direction of writing. Items that may grow share what is left of their row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[Any] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: Any) -> None:  # noqa: N802
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> Any:  # noqa: N802
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> Any:  # noqa: N802
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Any:  # noqa: N802
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    @returning(0)
    def heightForWidth(self, width: int) -> int:  # noqa: N802
        rows = self._rows(width)
        return sum(map(_height, rows)) + SPACING * max(0, len(rows) - 1)

    @guarded
    def setGeometry(self, rect: QRect) -> None:  # noqa: N802
        super().setGeometry(rect)
        top = rect.y()
        for row in self._rows(rect.width()):
            self._place(row, QRect(rect.x(), top, rect.width(), _height(row)))
            top += _height(row) + SPACING

    @returning(QSize(0, 0))
    def sizeHint(self) -> QSize:  # noqa: N802
        shown = self._shown()
        width = sum(each.sizeHint().width() for each in shown) + SPACING * max(0, len(shown) - 1)
        return QSize(width, _height(shown))

    @returning(QSize(0, 0))
    def minimumSize(self) -> QSize:  # noqa: N802
        shown = self._shown()
        return QSize(max((each.minimumSize().width() for each in shown), default=0), _height(shown))

    def _shown(self) -> list[Any]:
        return [each for each in self._items if not each.isEmpty()]

    def _rows(self, width: int) -> list[list[Any]]:
        rows: list[list[Any]] = []
        left = 0
        for item in self._shown():
            wanted = item.sizeHint().width()
            if not rows or left < wanted + SPACING:
                rows.append([])
                left = width + SPACING
            rows[-1].append(item)
            left -= wanted + SPACING
        return rows

    def _place(self, row: list[Any], area: QRect) -> None:
        widths = [min(each.sizeHint().width(), area.width()) for each in row]
        growing = [i for i, each in enumerate(row) if _grows(each)]
        spare = area.width() - sum(widths) - SPACING * (len(row) - 1)
        for number, index in enumerate(growing):
            widths[index] += spare * (number + 1) // len(growing) - spare * number // len(growing)
        parent = self.parentWidget()
        left = area.x()
        for item, width in zip(row, widths, strict=True):
            place = QRect(QPoint(left, area.y()), QSize(width, area.height()))
            item.setGeometry(QStyle.visualRect(parent.layoutDirection(), area, place))
            left += width + SPACING


def _height(row: list[Any]) -> int:
    return max((each.sizeHint().height() for each in row), default=0)


def _grows(item: Any) -> bool:
    return bool(item.expandingDirections() & Qt.Orientation.Horizontal)
