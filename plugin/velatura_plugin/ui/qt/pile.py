# pyright: standard
"""The staged sets, one under the other. Of several, one is open and the others are a line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..arranging import open_strip
from ..chrome import Chrome
from ..model import Strip
from ..strip_actions import AskJob, Choose
from .buttons import describe
from .compat import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    Qt,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from .guard import on_click
from .measures import SPACING, target
from .mnemonics import plain
from .pages import Cover
from .strip import StripBox


class StripHead(QWidget):
    """Which set it is, and what its current variation looks like. A click opens it."""

    def __init__(self, clicked: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.button = QToolButton(self)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setMinimumHeight(target(self))
        # Ignored: a long title is cut, and does not widen the panel.
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._position = QLabel(self)
        self._cover = Cover(target(self), self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.button, 1)
        layout.addWidget(self._position)
        layout.addWidget(self._cover)
        on_click(self.button, clicked)

    def display(self, strip: Strip, *, is_open: bool) -> None:
        arrows = Qt.ArrowType
        self.button.setArrowType(arrows.DownArrow if is_open else arrows.RightArrow)
        self.button.setText(plain(strip.title))
        describe(self.button, strip.title, strip.position)
        self._position.setText("" if is_open else strip.position)
        current = [each.pixels for each in strip.thumbnails if each.is_current]
        self._cover.setVisible(not is_open)
        self._cover.display(current[0] if current else None)


class Pile(QWidget):
    """The newest set is open, unless the user is busy with another one; a click opens another."""

    def __init__(self, ask: AskJob, choose: Choose, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self.boxes: list[StripBox] = []
        self.heads: list[StripHead] = []
        self._ask, self._choose, self._chrome = ask, choose, chrome
        self._strips: tuple[Strip, ...] = ()
        self._open = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, SPACING, 0, 0)
        self._column.setSpacing(SPACING)

    def display(self, strips: Sequence[Strip]) -> None:
        before, self._strips = self._strips, tuple(strips)
        self._open = open_strip(before, strips, self._open, is_in_use=self._is_in_use())
        self._draw()
        self.setVisible(bool(strips))

    def _is_in_use(self) -> bool:
        focused = QApplication.focusWidget()
        return self.underMouse() or (focused is not None and self.isAncestorOf(focused))

    def _draw(self) -> None:
        while len(self.boxes) < len(self._strips):
            self._add(len(self.boxes))
        is_pile = len(self._strips) > 1
        for index, (head, box) in enumerate(zip(self.heads, self.boxes, strict=True)):
            strip = self._strips[index] if index < len(self._strips) else None
            is_open = strip is not None and strip.job == self._open
            head.setVisible(is_pile and strip is not None)
            if strip is not None and is_pile:
                head.display(strip, is_open=is_open)
                strip = replace(strip, title="")
            box.display(strip) if is_open else box.fold(strip)

    def _add(self, index: int) -> None:
        self.heads.append(StripHead(lambda: self._unfold(index), self))
        self.boxes.append(StripBox(self._ask, self._choose, self._chrome, self))
        self._column.addWidget(self.heads[-1])
        self._column.addWidget(self.boxes[-1])

    def _unfold(self, index: int) -> None:
        if index < len(self._strips):
            self._open = self._strips[index].job
            self._draw()
