"""Job events on their way to one client, in order, bounded, and never mixed up by a replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from velatura_protocol.messages import JobEvent, Progress, Queued

_Key = tuple[str, object]


class EventOutbox:
    """``wake`` is called when there is something to send, ``overflow`` when the client is so far
    behind that it had better come back and resume.

    Of progress and places in the queue only the newest of each job waits.
    """

    def __init__(self, most: int, wake: Callable[[], None], overflow: Callable[[], None]) -> None:
        self._most = most
        self._wake = wake
        self._overflow = overflow
        self._events: dict[_Key, JobEvent] = {}
        self._held: dict[str, list[JobEvent]] = {}
        self._replays: dict[str, int] = {}
        self._number = 0

    def put(self, event: JobEvent) -> None:
        held = self._held.get(event.job)
        if held is not None:
            held.append(event)
            return
        self._add(event)
        if len(self._events) > self._most:
            self._overflow()

    def _add(self, event: JobEvent) -> None:
        key = _key(event)
        self._events.pop(key, None)
        self._events[key] = event
        self._wake()

    def take(self) -> JobEvent | None:
        for key in self._events:
            return self._events.pop(key)
        return None

    def begin_replay(self, job: str) -> int:
        """Holds the job's events back until :meth:`finish_replay` with the number returned.

        What waits to be sent of it goes: it comes again, or did not matter.
        """
        for key in [key for key, event in self._events.items() if event.job == job]:
            del self._events[key]
        self._held.setdefault(job, [])
        self._number += 1
        self._replays[job] = self._number
        return self._number

    def finish_replay(self, job: str, number: int, events: Iterable[JobEvent]) -> None:
        """Sends ``events``, then what happened meanwhile; nothing if a later replay has begun."""
        if self._replays.get(job) != number:
            return
        del self._replays[job]
        held = self._held.pop(job)
        last = 0
        for event in (*events, *held):
            if event.seq > last:
                last = event.seq
                # However much it is, the client has asked for it.
                self._add(event)


def _key(event: JobEvent) -> _Key:
    if isinstance(event, Progress | Queued):
        return event.job, type(event)
    return event.job, event.seq
