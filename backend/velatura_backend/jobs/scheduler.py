"""Which job runs next. Pure logic: no clock of its own, no task, no thread.

Each device has one queue. Between priorities the higher goes first; within one, clients take turns;
within a client's jobs the older goes first. A job whose engine is the device's warm one may go
before the job whose turn it is, but only so often and only while that one has not waited too long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from velatura_protocol.engines import Device
from velatura_protocol.errors import LimitExceeded
from velatura_protocol.messages import Priority

from .turns import Entry, Turns, Waiting

__all__ = ["Entry", "Replaced", "Rules", "Scheduler"]

_ORDER = (Priority.LIVE, Priority.INTERACTIVE, Priority.BATCH)


@dataclass(frozen=True)
class Rules:
    """``warm_passes``: how often a job may be passed over for a warm engine. ``warm_seconds``: how
    long it may have waited and still be passed over."""

    queued_per_client: int = 256
    warm_passes: int = 3
    warm_seconds: float = 20.0


@dataclass(frozen=True)
class Replaced:
    """Live jobs that a newer one makes pointless; it may be the new one that is older, as jobs are
    not made durable in the order in which they came."""

    queued: tuple[str, ...] = ()
    running: tuple[str, ...] = ()


class Scheduler:
    def __init__(self, rules: Rules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self._waiting: dict[str, Waiting] = {}
        self._running: dict[str, Waiting] = {}
        self._lanes = {(device, each): Turns() for device in Device for each in _ORDER}
        self._queued: Counter[str] = Counter()
        self._live: dict[tuple[str, str], list[Waiting]] = {}
        self._warm: dict[Device, str] = {}
        self._served: dict[str, int] = {}
        self._arrivals = 0
        self._turns = 0

    # -- changes -----------------------------------------------------------------------------------

    def hold(self, entry: Entry) -> None:
        """Queues a job that may not run yet: it keeps its place while it is made durable.

        :raises LimitExceeded: the client has too many jobs queued; nothing is changed
        """
        replaced = sum(each.entry.job in self._waiting for each in self._rivals(entry))
        mine = self._queued[entry.client] - replaced
        if mine >= self._rules.queued_per_client:
            maximum = self._rules.queued_per_client
            raise LimitExceeded(limit="queued_jobs", value=mine + 1, maximum=maximum)
        self._arrivals += 1
        waiting = Waiting(entry, self._arrivals, self._clock())
        self._waiting[entry.job] = waiting
        self._queued[entry.client] += 1
        self._lane(entry).add(waiting)
        if entry.live_key is not None:
            self._live.setdefault(entry.live_key, []).append(waiting)

    def release(self, job: str) -> Replaced:
        """Lets a held job run. Older live jobs under its key leave the queue, running ones are
        named. If a newer one was let run before, it is the job itself that leaves the queue."""
        released = self._waiting[job]
        replaced = self._replaced_by(released)
        for older in replaced.queued:
            self.remove(older)
        released.held = False
        return replaced

    def overtaken_by(self, job: str) -> tuple[str, ...]:
        """Held live jobs between the oldest under the key of a held one and itself. The oldest is
        furthest on its way: were it to go too, strokes that come fast would never be seen."""
        held = [each for each in self._rivals(self._waiting[job].entry) if each.held]
        return tuple(each.entry.job for each in held[1:-1])

    def remove(self, job: str) -> bool:
        """Takes a queued job out; False if it is not queued."""
        waiting = self._waiting.get(job)
        if waiting is None:
            return False
        self._leave_queue(waiting)
        self._forget_live(waiting)
        return True

    def start_next(self, device: Device) -> Entry | None:
        """The job that is to run now; from here on it counts as running."""
        chosen = self._choose(device)
        if chosen is None:
            return None
        entry = chosen.entry
        self._leave_queue(chosen)
        self._running[entry.job] = chosen
        self._turns += 1
        self._served[entry.client] = self._turns
        self._warm[device] = entry.engine
        return entry

    def end(self, job: str) -> None:
        """A running job has ended."""
        ended = self._running.pop(job, None)
        if ended is not None:
            self._forget_live(ended)

    def forget_warm(self, device: Device) -> None:
        """The device's worker was lost, and with it what it had loaded."""
        self._warm.pop(device, None)

    # -- questions ---------------------------------------------------------------------------------

    @property
    def is_idle(self) -> bool:
        return not self._waiting and not self._running

    def is_queued(self, job: str) -> bool:
        return job in self._waiting

    def is_running(self, job: str) -> bool:
        return job in self._running

    def place(self, job: str) -> int:
        """How many are to run before a queued job, the running one counted.

        Warm engines may still change the order.
        """
        waiting = self._waiting[job]
        entry = waiting.entry
        earlier = _ORDER[: _ORDER.index(entry.priority)]
        ahead = sum(len(self._lanes[entry.device, each]) for each in earlier)
        return self._busy(entry.device) + ahead + self._lane(entry).before(waiting, self._served)

    def places(self, device: Device) -> dict[str, int]:
        """The :meth:`place` of each queued job."""
        order = [each for lane in _ORDER for each in self._in_order(device, lane)]
        return {each.entry.job: place for place, each in enumerate(order, start=self._busy(device))}

    # -- inside ------------------------------------------------------------------------------------

    def _lane(self, entry: Entry) -> Turns:
        return self._lanes[entry.device, entry.priority]

    def _in_order(self, device: Device, priority: Priority) -> list[Waiting]:
        return self._lanes[device, priority].in_order(self._served)

    def _busy(self, device: Device) -> int:
        return sum(each.entry.device is device for each in self._running.values())

    def _leave_queue(self, waiting: Waiting) -> None:
        client = waiting.entry.client
        del self._waiting[waiting.entry.job]
        self._lane(waiting.entry).remove(waiting)
        self._queued[client] -= 1
        if not self._queued[client]:
            del self._queued[client]

    def _rivals(self, entry: Entry) -> list[Waiting]:
        """Live jobs, queued or running, under the same key."""
        return self._live.get(entry.live_key, []) if entry.live_key is not None else []

    def _forget_live(self, waiting: Waiting) -> None:
        key = waiting.entry.live_key
        if key is not None:
            self._live[key].remove(waiting)
            if not self._live[key]:
                del self._live[key]

    def _replaced_by(self, released: Waiting) -> Replaced:
        rivals = [each for each in self._rivals(released.entry) if not each.held]
        if any(each.arrival > released.arrival for each in rivals):
            return Replaced(queued=(released.entry.job,))
        older = [each.entry for each in rivals if each.arrival < released.arrival]
        return Replaced(
            tuple(entry.job for entry in older if entry.job in self._waiting),
            tuple(entry.job for entry in older if entry.job in self._running),
        )

    def _choose(self, device: Device) -> Waiting | None:
        lanes = (self._lanes[device, each] for each in _ORDER)
        for lane in lanes:
            head = lane.next(self._served)
            if head is not None:
                return self._warm_one(device, lane, head) or head
        return None

    def _warm_one(self, device: Device, lane: Turns, head: Waiting) -> Waiting | None:
        """One that goes before the head for its engine's sake."""
        warm = self._warm.get(device)
        if head.entry.engine == warm or not self._may_be_passed(head):
            return None
        found = lane.next(self._served, lambda each: each.entry.engine == warm)
        head.passed += found is not None
        return found

    def _may_be_passed(self, head: Waiting) -> bool:
        # A stroke that is being painted waits for nobody's model.
        return (
            head.entry.priority is not Priority.LIVE
            and head.passed < self._rules.warm_passes
            and self._clock() - head.since < self._rules.warm_seconds
        )
