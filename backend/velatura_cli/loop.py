"""The command line's UI thread: the main thread, running what is posted to it."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable


class MainLoop:
    """Runs posted actions one after another. :meth:`post` may be called from any thread."""

    def __init__(self) -> None:
        self._actions: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, action: Callable[[], None]) -> None:
        self._actions.put(action)

    def wake(self) -> None:
        """Has :meth:`run_until` ask again whether it is finished; safe in a signal handler."""
        self._actions.put(_nothing)

    def run_until(self, finished: Callable[[], bool], *, timeout: float | None = None) -> bool:
        """Runs actions until ``finished()``; False if ``timeout`` seconds pass before that."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not finished():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            try:
                action = self._actions.get(timeout=left)
            except queue.Empty:
                return False
            action()
        return True


def _nothing() -> None:
    pass
