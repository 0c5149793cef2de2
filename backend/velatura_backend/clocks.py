"""The two clocks a backend goes by, as one thing that a test can put another in place of."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clocks:
    """``wall`` is Unix time, which people and programs set to and fro: it dates what is shown, and
    decides nothing. ``steady`` only ever goes on. Both in seconds."""

    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic


SYSTEM = Clocks()
