"""Tells queued jobs how many are to run before them.

Every start and every end moves the whole queue. Told each time, 5,000 queued jobs were 5,000 events
for every job that ran, and nobody reads so fast: so at once when nothing was told for a while, then
at most so often, and far back in the queue only what makes a difference. And a few at a time: the
news that a job is done must not stand in line behind a hundred places.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from velatura_protocol.engines import Device

SECONDS = 0.25
PAUSE_SECONDS = 0.01
_AT_A_TIME = 16

_EXACT = 10
_FRACTION = 8


class Places:
    """``look`` gives the place of every queued job of a device, ``tell`` is called with those that
    are worth telling; every ``seconds``, with a ``pause`` after a few. To be created inside a
    running event loop."""

    def __init__(
        self,
        look: Callable[[Device], Mapping[str, int]],
        tell: Callable[[str, int], None],
        seconds: float = SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._look = look
        self._tell = tell
        self._seconds = seconds
        self._pause = pause
        self._told: dict[str, int] = {}
        self._timers: dict[Device, asyncio.TimerHandle] = {}
        self._stale: set[Device] = set()

    def know(self, job: str, place: int) -> None:
        """The job has been told this place."""
        self._told[job] = place

    def forget(self, job: str) -> None:
        """It is queued no longer, and told nothing more."""
        self._told.pop(job, None)

    def changed(self, device: Device) -> None:
        """Some job of the device has come or gone."""
        if device in self._timers:
            self._stale.add(device)
        else:
            self._look_again(device)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _look_again(self, device: Device) -> None:
        news = deque(
            (job, place)
            for job, place in self._look(device).items()
            if job in self._told and _is_worth_telling(self._told[job], place)
        )
        self._tell_some(device, news)

    def _tell_some(self, device: Device, news: deque[tuple[str, int]]) -> None:
        for _ in range(min(len(news), _AT_A_TIME)):
            job, place = news.popleft()
            if job in self._told:
                self._told[job] = place
                self._tell(job, place)
        loop = asyncio.get_running_loop()
        if news:
            self._timers[device] = loop.call_later(self._pause, self._tell_some, device, news)
        else:
            self._timers[device] = loop.call_later(self._seconds, self._rested, device)

    def _rested(self, device: Device) -> None:
        del self._timers[device]
        if device in self._stale:
            self._stale.discard(device)
            self._look_again(device)


def _is_worth_telling(told: int, place: int) -> bool:
    if min(told, place) < _EXACT:
        return told != place
    return abs(told - place) * _FRACTION >= told
