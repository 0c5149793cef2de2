# pyright: standard
"""What makes retouch mode look at the selection, with or without a docker on the screen."""

from __future__ import annotations

from collections.abc import Callable

from ...state.state import PanelState
from ...ui.qt.compat import QObject, QTimer
from ...ui.qt.guard import connect

TICK_MS = 140
"""Soon enough after a stroke of the lasso; Krita tells nobody that one has ended."""


class RetouchClock:
    """Runs while the mode is on."""

    def __init__(self, tick: Callable[[], None], parent: QObject) -> None:
        self._timer = QTimer(parent)
        self._timer.setInterval(TICK_MS)
        connect(self._timer.timeout, tick)

    def follow(self, state: PanelState) -> None:
        if state.retouch.is_on != self._timer.isActive():
            self._timer.start() if state.retouch.is_on else self._timer.stop()
