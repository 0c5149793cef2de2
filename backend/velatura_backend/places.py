"""Tells queued jobs how many are to run before them.

Every start and every end moves the whole queue. Told each time, 5,000 queued jobs were 5,000 events
for every job that ran, and nobody reads so fast: so at once when nothing was told for a while, then
at most so often, and far back in the queue only what makes a difference.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from velatura_protocol.engines import Device

SECONDS = 0.25
_EXACT = 10
_FRACTION = 8


class Places:
    """``look`` gives the place of every queued job of a device, ``tell`` is called with those that
    are worth telling. To be created inside a running event loop."""

    def __init__(
        self,
        look: Callable[[Device], Mapping[str, int]],
        tell: Callable[[str, int], None],
        seconds: float = SECONDS,
    ) -> None:
        self._look = look
        self._tell = tell
        self._seconds = seconds
        self._told: dict[str, int] = {}
        self._resting: dict[Device, asyncio.TimerHandle] = {}
        self._stale: set[Device] = set()

    def know(self, job: str, place: int) -> None:
        """The job has been told this place."""
        self._told[job] = place

    def forget(self, job: str) -> None:
        """It is queued no longer, and told nothing more."""
        self._told.pop(job, None)

    def changed(self, device: Device) -> None:
        """Some job of the device has come or gone."""
        if device in self._resting:
            self._stale.add(device)
        else:
            self._tell_all(device)

    def close(self) -> None:
        for timer in self._resting.values():
            timer.cancel()
        self._resting.clear()

    def _tell_all(self, device: Device) -> None:
        loop = asyncio.get_running_loop()
        self._resting[device] = loop.call_later(self._seconds, self._rested, device)
        for job, place in self._look(device).items():
            told = self._told.get(job)
            if told is not None and _is_worth_telling(told, place):
                self._told[job] = place
                self._tell(job, place)

    def _rested(self, device: Device) -> None:
        del self._resting[device]
        if device in self._stale:
            self._stale.discard(device)
            self._tell_all(device)


def _is_worth_telling(told: int, place: int) -> bool:
    if min(told, place) < _EXACT:
        return told != place
    return abs(told - place) * _FRACTION >= told
