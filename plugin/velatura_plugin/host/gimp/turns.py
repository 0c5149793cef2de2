# pyright: standard
"""Work for later turns of GLib's main loop, whose errors stay with us: GLib would print them where
nobody looks, and never call again."""

from __future__ import annotations

from collections.abc import Callable

from ...ui.guard import guarded
from .gi_names import GLib


def soon(function: Callable[[], object]) -> None:
    """Once, on the thread that runs the main loop. Callable from any thread."""
    run = guarded(function)

    def once() -> bool:
        run()
        return GLib.SOURCE_REMOVE

    GLib.idle_add(once, priority=GLib.PRIORITY_DEFAULT)


class Clock:
    """Calls ``tick`` again and again while it is on."""

    def __init__(self, milliseconds: int, tick: Callable[[], object]) -> None:
        self._milliseconds = milliseconds
        self._tick = guarded(tick)
        self._source = 0

    @property
    def is_on(self) -> bool:
        return bool(self._source)

    def turn(self, is_on: bool) -> None:
        if is_on and not self._source:
            self._source = GLib.timeout_add(self._milliseconds, self._run)
        elif not is_on and self._source:
            GLib.source_remove(self._source)
            self._source = 0

    def _run(self) -> bool:
        self._tick()
        return GLib.SOURCE_CONTINUE
