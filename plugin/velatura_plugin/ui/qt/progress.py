# pyright: standard
"""A thin bar and the words that belong to it."""

from __future__ import annotations

from ..model import ProgressLine
from .buttons import say, words
from .compat import QPalette, QProgressBar, QVBoxLayout, QWidget

BAR_HEIGHT = 7
PARTS = 1000


class ProgressBox(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(BAR_HEIGHT)
        self._style_bar()
        self.text = words(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.bar)
        layout.addWidget(self.text)
        self.hide()

    def display(self, progress: ProgressLine | None) -> None:
        self.setVisible(progress is not None)
        if progress is None:
            self.bar.setRange(0, PARTS)
            return
        if progress.fraction is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, PARTS)
            self.bar.setValue(round(PARTS * min(1.0, max(0.0, progress.fraction))))
        self.bar.setAccessibleName(progress.text)
        say(self.text, progress.text)

    def _style_bar(self) -> None:
        """In the host's highlight colour, with no frame: the bar is too thin for one."""
        colours = self.bar.palette()
        colours.setColor(QPalette.ColorRole.Text, colours.color(QPalette.ColorRole.Highlight))
        self.bar.setPalette(colours)
