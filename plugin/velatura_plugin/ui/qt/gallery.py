# pyright: standard
"""A choice by what it looks like: pictures side by side, with their names under them."""

from __future__ import annotations

from typing import Any

from velatura_protocol.parameters import ParameterValue

from ..form.editor import Report
from ..model import Field, Option
from .compat import (
    QFrame,
    QIcon,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPixmap,
    QSize,
    Qt,
    QWidget,
)
from .editors import Editor
from .guard import connect, guarded
from .measures import line

LEAST_LINES = 4
"""Lines of text that a picture is high at least: three of them fit a docker of the usual width, and
their names under them."""
SIDE = 96
"""Of the empty square where there is no picture."""
GAP = 4
MOST_ROWS = 2
"""Seen at once; a panel with more of them would be nothing else. The cut through the next row says
that there is one."""


class PictureList(QListWidget):
    """Arrows go through it row by row, letters lead to the next name that begins with them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def fit(self) -> None:
        """As many columns as there is room for, and pictures as large as they allow."""
        # A list whose columns fill it to the last pixel moves the last one into the next row.
        room = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        columns = max(1, room // (LEAST_LINES * line(self) + 2 * GAP))
        width = room // columns
        side = width - 2 * GAP
        height = side + line(self) + 3 * GAP
        rows = -(-self.count() // columns)
        self.setIconSize(QSize(side, side))
        self.setGridSize(QSize(width, height))
        self.setFixedHeight(round(min(rows, MOST_ROWS + 0.5) * height) + GAP)

    @guarded
    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()
            self.scrollToItem(self.currentItem())


class GalleryEditor(Editor):
    is_tall = True

    def __init__(self, parent: QWidget, report: Report) -> None:
        self.list = PictureList(parent)
        super().__init__(self.list, report)
        connect(self.list.currentItemChanged, lambda item, _before: self._chosen(item))

    def configure(self, field: Field) -> None:
        self.list.clear()
        for each in field.options:
            self.list.addItem(self._item(each))
        self.list.fit()

    def write(self, value: ParameterValue) -> None:
        items = [self.list.item(index) for index in range(self.list.count())]
        found = [each for each in items if each.data(Qt.ItemDataRole.UserRole) == value]
        self.list.setCurrentItem(found[0] if found else None)

    def _item(self, option: Option) -> QListWidgetItem:
        item = QListWidgetItem(_icon(option), option.label)
        item.setData(Qt.ItemDataRole.UserRole, option.id)
        item.setToolTip(option.help or option.label)
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        return item

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.edited(str(item.data(Qt.ItemDataRole.UserRole)))


def _icon(option: Option) -> QIcon:
    """A bare square where there is no picture, so that all names lie on one line."""
    picture = QPixmap()
    if not (option.picture and picture.loadFromData(option.picture)):
        picture = QPixmap(SIDE, SIDE)
        picture.fill(Qt.GlobalColor.transparent)
    icon = QIcon(picture)
    # The list would tint the picture of what is chosen, which is to be judged by its colours.
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon
