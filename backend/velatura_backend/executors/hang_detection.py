"""When a worker that does not end has to be ended: it is silent, or it lives and does nothing.

Pure logic. Time is counted in beats of the server's own loop, not read off a clock: a clock that is
set, or a machine that was asleep, makes no worker look dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Patience:
    """How long a worker that has something to do is waited for, in beats of ``beat_seconds``.

    ``silent``: without a pulse, which any living process gives, unless a library holds the
    interpreter over a very large picture (2.3 s were the longest at 1600 x 1200 pixels, on a busy
    machine). ``silent_loading``: the same while it imports and loads; reading two gigabytes of
    libraries off a cold disk holds it, too. ``idle``: pulses, but neither news nor work; a deadlock
    looks like that. ``start``: until it is ready, kernels compiled and all.
    """

    beat_seconds: float = 2.0
    silent: int = 30
    silent_loading: int = 90
    idle: int = 300
    start: int = 450


class Hang(Enum):
    """Why a worker was given up. ``SILENT`` may be the system's doing; the others are its own."""

    SILENT = "silent"
    IDLE = "idle"
    START = "start"


class HangDetector:
    """One worker's, from its start. :meth:`beat` once for each beat in which it has to do
    something, :meth:`rest` when it has not."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._silent = 0
        self._idle = 0
        self._starting = 0

    def heard(self, *, works: bool) -> None:
        """A pulse, or news. ``works``: it has done something since the last time."""
        self._silent = 0
        if works:
            self._idle = 0

    def rest(self) -> None:
        self._silent = self._idle = self._starting = 0

    def beat(self, *, ready: bool, loading: bool) -> Hang | None:
        """``ready``: its start is over. ``loading``: it may hold the interpreter for long."""
        self._silent += 1
        self._idle += 1
        self._starting = 0 if ready else self._starting + 1
        patience = self._patience
        if self._silent > (patience.silent_loading if loading else patience.silent):
            return Hang.SILENT
        if self._idle > patience.idle:
            return Hang.IDLE
        return Hang.START if self._starting > patience.start else None
