"""Whose fault it is that a worker process ended."""

from __future__ import annotations

import signal
import sys
from enum import Enum
from pathlib import Path

from .hang_detection import Hang

_FROM_OUTSIDE = frozenset(
    int(getattr(signal, name))
    for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT")
    if hasattr(signal, name)
)


class Blame(Enum):
    """``ORDER``: what it was doing; the same again would end the same way. ``OUTSIDE``: somebody
    ended it. ``MEMORY``: the system did, for want of memory."""

    ORDER = "order"
    OUTSIDE = "outside"
    MEMORY = "memory"


def blame(exit_code: int, hang: Hang | None, out_of_memory_kills: int) -> Blame:
    """``exit_code``: negative is a signal. ``hang``: why we ended it, None if we did not.
    ``out_of_memory_kills``: how many the system has made since it was given its work."""
    if hang is not None:
        return Blame.OUTSIDE if hang is Hang.SILENT else Blame.ORDER
    if -exit_code not in _FROM_OUTSIDE:
        return Blame.ORDER
    killed = exit_code == -int(getattr(signal, "SIGKILL", 0))
    return Blame.MEMORY if killed and out_of_memory_kills > 0 else Blame.OUTSIDE


def out_of_memory_kills(source: Path = Path("/proc/vmstat")) -> int:
    """How many processes the system has ended for want of memory since it was started; 0 where it
    does not tell."""
    if sys.platform != "linux":
        return 0
    try:
        lines = source.read_text("ascii").splitlines()
    except OSError:
        return 0
    counts = (line.split() for line in lines)
    return next((int(each[1]) for each in counts if each[0] == "oom_kill"), 0)
