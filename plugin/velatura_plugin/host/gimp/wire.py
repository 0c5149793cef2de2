# pyright: standard
"""What GIMP says to the panel by itself: calls of the panel's own procedure.

libgimp's way to hear of them (``persistent_enable``) is a source of the main loop that reads as
soon as something has come. If another source of the same turn asks GIMP for something, its answer
brings along what had come, and the reading waits for the next message: with the panel, until
somebody presses a shortcut (GIMP 3.0.4; seen twice, and then on every second try).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from ...ui.guard import guarded
from .gi_names import Gimp, GLib
from .turns import Clock

_READING_END = 2
"""Of GIMP's arguments from the flag on: the protocol's version, where to read, where to write."""
_FLAG = "-gimp"
_LOOK_MS = 40
_WAIT_MS = 1
"""At most, where nothing is there any more; 0 would be for ever."""


def listen(plug_in: Gimp.PlugIn, arguments: Sequence[str]) -> None:
    """From now on, as long as the main loop runs. Reads only what is there. ``arguments``: those
    that GIMP has started this process with."""

    def take() -> None:
        plug_in.persistent_process(_WAIT_MS)

    end = reading_end(arguments)
    if end is None:
        Clock(_LOOK_MS, take).turn(True)
        return
    run = guarded(take)

    def readable(*_given: object) -> bool:
        run()
        return GLib.SOURCE_CONTINUE

    GLib.io_add_watch(end, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN, readable)


def reading_end(arguments: Sequence[str]) -> int | None:
    """Of the pipe from GIMP. None where it cannot be waited for: on Windows, where a second waiting
    would take the message from libgimp's own."""
    try:
        end = int(arguments[arguments.index(_FLAG) + _READING_END])
        return end if os.name == "posix" and stat.S_ISFIFO(os.fstat(end).st_mode) else None
    except (ValueError, IndexError, OSError):
        return None
