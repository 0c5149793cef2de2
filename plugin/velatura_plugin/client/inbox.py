"""The door from the I/O thread to the UI thread: in order, and never a heap of stale pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable

from velatura_protocol.messages import Progress

from .events import ClientEvent, LinkChanged, PreviewArrived, UploadProgressed

_LATEST_WINS = (Progress, PreviewArrived, UploadProgressed)


class Inbox:
    """Events wait here until the UI thread has time. Of progress and previews of one job only the
    newest waits; everything else is kept, in order."""

    def __init__(self, wake: Callable[[], None]) -> None:
        """``wake`` is called from the I/O thread when the inbox is no longer empty."""
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: list[ClientEvent] = []

    def put(self, event: ClientEvent) -> None:
        with self._lock:
            was_empty = not self._waiting
            self._waiting = [each for each in self._waiting if not _replaces(event, each)]
            self._waiting.append(event)
        if was_empty:
            self._wake()

    def take(self) -> list[ClientEvent]:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting


def _replaces(new: ClientEvent, old: ClientEvent) -> bool:
    if isinstance(new, LinkChanged) and isinstance(old, LinkChanged):
        return new.link is old.link
    if not isinstance(new, _LATEST_WINS) or type(new) is not type(old):
        return False
    return isinstance(old, _LATEST_WINS) and new.job == old.job
