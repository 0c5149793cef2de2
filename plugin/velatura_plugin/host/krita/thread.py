# pyright: standard
"""Work from any thread onto Krita's GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from .qt import QObject, Qt, pyqtSignal


class Poster(QObject):
    """Made on the GUI thread, which is where it runs what is posted, in order, and never one action
    within another: some of Krita's calls go through its event loop while they wait. Inserting a
    layer into a large document is one of them, and what was posted would find it half done."""

    _posted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_running = False
        # Queued, also from the GUI thread itself: nothing posted runs inside of its poster.
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, action: Callable[[], None]) -> None:
        self._posted.emit(action)

    def _run(self, action: Callable[[], None]) -> None:
        self._waiting.append(action)
        if self._is_running:
            return
        self._is_running = True
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            self._is_running = False
            if self._waiting:  # one raised; the others are not its business
                self._posted.emit(lambda: None)
