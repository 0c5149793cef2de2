# pyright: standard
"""Work from any thread onto Krita's GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from .qt import QObject, Qt, pyqtSignal


class Poster(QObject):
    """Made on the GUI thread, which is where it runs what is posted, in order."""

    _posted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        # Queued, also from the GUI thread itself: nothing posted runs inside of its poster.
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, action: Callable[[], None]) -> None:
        self._posted.emit(action)

    def _run(self, action: Callable[[], None]) -> None:
        action()
