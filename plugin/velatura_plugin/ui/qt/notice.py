# pyright: standard
"""What went wrong, where it went wrong, with the one thing that helps. Never a dialog."""

from __future__ import annotations

from typing import Any

from ..chrome import Chrome
from ..model import Action, Control, NoticeBox, Tone
from .buttons import Ask, ButtonRow, describe, say, words
from .compat import (
    QColor,
    QFrame,
    QHBoxLayout,
    QPainter,
    QRectF,
    QSizePolicy,
    Qt,
    QVBoxLayout,
    QWidget,
)
from .details import Details, small
from .guard import guarded, on_click
from .measures import SPACING
from .status import TONES, Dot


class Notice(QFrame):
    """Takes no place while there is nothing to tell."""

    def __init__(self, ask: Ask, chrome: Chrome, parent: QWidget) -> None:
        super().__init__(parent)
        self._notice: NoticeBox | None = None
        self._dot = Dot(self)
        self.text = words(self)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.close_button = small(self, "✕")
        self.details = Details(chrome, self, always_copies=True)
        self.buttons = ButtonRow(ask, self)
        self._arrange()
        on_click(self.close_button, lambda: ask(Action.DISMISS))
        self.hide()

    def display(self, notice: NoticeBox | None) -> None:
        if notice == self._notice:
            return
        self._notice = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        self._dot.display(notice.tone)
        say(self.text, notice.text)
        self.buttons.display([each for each in notice.actions if each.action != Action.DISMISS])
        # What is no trouble is in no report.
        is_trouble = notice.tone is not Tone.QUIET
        self.details.display(notice.text if is_trouble else "", notice.detail)
        self._name_close(notice.actions)
        self.update()

    @guarded
    def paintEvent(self, event: Any) -> None:  # noqa: N802
        """The host's own background, a little of the tone's colour over it."""
        if self._notice is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge, fill = QColor(TONES[self._notice.tone]), QColor(TONES[self._notice.tone])
        fill.setAlpha(40)
        painter.setPen(edge)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACING)
        top.addWidget(self._dot, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.text, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 6, 6)
        layout.setSpacing(SPACING)
        layout.addLayout(top)
        layout.addWidget(self.buttons)
        layout.addWidget(self.details)

    def _name_close(self, controls: tuple[Control, ...]) -> None:
        for each in controls:
            if each.action is Action.DISMISS:
                describe(self.close_button, each.label)
