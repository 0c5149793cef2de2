# pyright: standard
"""Work from any thread onto Krita's GUI thread."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

from ...ui.qt.guard import guarded
from .qt import QObject, Qt, pyqtSignal

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")


class Poster(QObject):
    """Made on the GUI thread, which is where it runs what is posted, in order, and never one action
    within another: some of Krita's calls go through its event loop while they wait. Inserting a
    layer into a large document is one of them, and what was posted would find it half done."""

    _posted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Callable[[], None]] = deque()
        self._holds = 0
        # Queued, also from the GUI thread itself: nothing posted runs inside of its poster.
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @property
    def is_held(self) -> bool:
        """Somebody is in the middle of something."""
        return bool(self._holds)

    def post(self, action: Callable[[], None]) -> None:
        self._posted.emit(action)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What is posted waits until this is over, and until Krita is back in its event loop."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if self._waiting and not self._holds:
                self._posted.emit(_nothing)

    def _run(self, action: Callable[[], None]) -> None:
        self._waiting.append(action)
        if self._holds:
            return
        with self.held():
            while self._waiting:
                guarded(self._waiting.popleft())()


def undisturbed(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """For methods of what has a ``poster``: nothing posted runs within them, though the user's
    click and not the poster has called them."""

    @functools.wraps(method)
    def run(self: Any, *args: P.args, **kwargs: P.kwargs) -> T:
        with self.poster.held():
            return method(self, *args, **kwargs)

    return run


def _nothing() -> None:
    pass
