"""How long to wait before the next attempt to connect, and when to leave it to the user."""

from __future__ import annotations

from collections.abc import Callable, Sequence

RETRY_DELAYS = (1, 2, 5, 10)
"""Seconds before each attempt; the last one repeats."""

STEADY_SECONDS = 10.0
"""A connection that broke off sooner was none: the next attempt waits longer."""

MAX_UNSTEADY = 12
"""So many such connections in a row on which no job got any further, and it is left to the user to
try again: a backend that dies of every greeting would be started for ever."""


def spread(seconds: int) -> float:
    """What a wait of so many seconds is longer by: clients that lost their backend at one moment
    must not all come back at one moment. The countdown's seconds are that much longer."""
    from random import uniform  # as in ``settings``: not while an editor starts

    return uniform(0.0, 0.5 * seconds)


class Backoff:
    """Of one client, over all its connections."""

    def __init__(
        self,
        delays: Sequence[int] = RETRY_DELAYS,
        spread: Callable[[int], float] = spread,
    ) -> None:
        self.spread = spread
        self._delays = delays
        self._failures = 0
        self._unsteady = 0

    def next_delay(self, held: float | None) -> int:
        """Seconds, after a connection that ``held`` for so many; None: there was none."""
        if held is None:
            self._failures += 1
        elif held >= STEADY_SECONDS:
            self._failures = self._unsteady = 0
        delay = self._delays[min(self._failures, len(self._delays) - 1)]
        if held is not None:
            self._failures += 1
            self._unsteady += 1
        return delay

    def progressed(self) -> None:
        """The backend told something of a job: it is not for nothing that we come back."""
        self._unsteady = 0

    def is_spent(self) -> bool:
        """Whether to stop trying; asked once it is so, it begins anew."""
        if self._unsteady < MAX_UNSTEADY:
            return False
        self._unsteady = 0
        return True
