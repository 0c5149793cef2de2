"""Tests beside Krita's GUI thread.

They run in a thread of their own and hand each call over. Run on the GUI thread they would never
let Krita return to its event loop, and much that it does later it does only there, such as
activating the layer of a document that was opened.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import krita

from velatura_plugin.host.krita.thread import Poster

CALL_SECONDS = 30.0
_Result = TypeVar("_Result")


class Gui:
    """Made on the GUI thread; :meth:`call` is for the others."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        # Asked once and kept: where Krita 6 has handed them out and nobody holds on to them, they
        # are deleted, and to ask again is a crash.
        self.extensions = krita.Krita.instance().extensions()
        self._poster = Poster()

    def call(self, function: Callable[[], _Result]) -> _Result:
        """What ``function`` returns or raises there."""
        future: Future[_Result] = Future()

        def run() -> None:
            try:
                future.set_result(function())
            except BaseException as error:
                future.set_exception(error)

        self._poster.post(run)
        return future.result(CALL_SECONDS)

    def settle(self, seconds: float = 0.05) -> None:
        """Lets Krita finish what it has begun, and what it has queued for its event loop."""
        self.call(_wait_for_documents)
        time.sleep(seconds)
        self.call(_wait_for_documents)


class OnGui:
    """An object whose every attribute is asked for, and called, on the GUI thread."""

    def __init__(self, target: object, gui: Gui) -> None:
        self._target = target
        self._gui = gui

    def __getattr__(self, name: str) -> Any:
        found = self._gui.call(lambda: getattr(self._target, name))
        if not callable(found):
            return found
        return lambda *given, **named: self._gui.call(lambda: found(*given, **named))


def _wait_for_documents() -> None:
    for each in krita.Krita.instance().documents():
        each.waitForDone()
