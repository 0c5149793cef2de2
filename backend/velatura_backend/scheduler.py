"""Which job runs next. Pure logic: no clock of its own, no task, no thread.

Each device has one queue. Between priorities the higher goes first; within one, clients take turns;
within a client's jobs the older goes first. A job whose engine is the device's warm one may go
before the job whose turn it is, but only so often and only while that one has not waited too long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from velatura_protocol.engines import Device
from velatura_protocol.errors import LimitExceeded
from velatura_protocol.messages import Priority

_RANK = {Priority.LIVE: 0, Priority.INTERACTIVE: 1, Priority.BATCH: 2}


@dataclass(frozen=True)
class Entry:
    """A job as the scheduler sees it. Live jobs with the same ``live`` key replace each other."""

    job: str
    client: str
    device: Device
    engine: str
    priority: Priority = Priority.INTERACTIVE
    live: str = ""

    def is_replaced_by(self, other: Entry) -> bool:
        return (
            self.priority is Priority.LIVE
            and other.priority is Priority.LIVE
            and bool(self.live)
            and (self.client, self.live) == (other.client, other.live)
        )


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


@dataclass
class _Waiting:
    entry: Entry
    arrival: int
    since: float
    passed: int = 0
    held: bool = True

    def is_replaced_by(self, other: _Waiting) -> bool:
        return self.arrival < other.arrival and self.entry.is_replaced_by(other.entry)


class Scheduler:
    def __init__(self, rules: Rules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self._running: dict[str, _Waiting] = {}
        self._warm: dict[Device, str] = {}
        self._served: dict[str, int] = {}
        self._arrivals = 0
        self._turns = 0

    # -- changes -----------------------------------------------------------------------------------

    def hold(self, entry: Entry) -> None:
        """Queues a job that may not run yet: it keeps its place while it is made durable.

        :raises LimitExceeded: the client has too many jobs queued; nothing is changed
        """
        mine = sum(
            each.entry.client == entry.client and not each.entry.is_replaced_by(entry)
            for each in self._waiting.values()
        )
        if mine >= self._rules.queued_per_client:
            maximum = self._rules.queued_per_client
            raise LimitExceeded(limit="queued_jobs", value=mine + 1, maximum=maximum)
        self._arrivals += 1
        self._waiting[entry.job] = _Waiting(entry, self._arrivals, self._clock())

    def release(self, job: str) -> Replaced:
        """Lets a held job run. Older live jobs under its key leave the queue, running ones are
        named. If a newer one was let run before, it is the job itself that leaves the queue."""
        released = self._waiting[job]
        replaced = self._replaced_by(released)
        if self._is_outdated(released):
            replaced = Replaced(queued=(job,))
        for older in replaced.queued:
            del self._waiting[older]
        released.held = False
        return replaced

    def remove(self, job: str) -> bool:
        """Takes a queued job out; False if it is not queued."""
        return self._waiting.pop(job, None) is not None

    def start_next(self, device: Device) -> Entry | None:
        """The job that is to run now; from here on it counts as running."""
        order = [each for each in self._order(device) if not each.held]
        if not order:
            return None
        chosen = self._choose(device, order)
        entry = chosen.entry
        del self._waiting[entry.job]
        self._running[entry.job] = chosen
        self._turns += 1
        self._served[entry.client] = self._turns
        self._warm[device] = entry.engine
        return entry

    def end(self, job: str) -> None:
        """A running job has ended."""
        self._running.pop(job, None)

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

    def places(self, device: Device) -> dict[str, int]:
        """For each queued job how many are to run before it, the running one counted.

        Warm engines may still change the order.
        """
        running = sum(each.entry.device is device for each in self._running.values())
        return {
            each.entry.job: place for place, each in enumerate(self._order(device), start=running)
        }

    # -- inside ------------------------------------------------------------------------------------

    def _replaced_by(self, released: _Waiting) -> Replaced:
        queued = (each for each in self._waiting.values() if not each.held)
        return Replaced(
            _names(each.entry for each in queued if each.is_replaced_by(released)),
            _names(each.entry for each in self._running.values() if each.is_replaced_by(released)),
        )

    def _is_outdated(self, released: _Waiting) -> bool:
        others = [*self._running.values(), *self._waiting.values()]
        return any(not each.held and released.is_replaced_by(each) for each in others)

    def _order(self, device: Device) -> list[_Waiting]:
        """Sorted as they would run without regard to warm engines.

        The n-th job of a client is in round n; a round goes through the clients, beginning with
        whoever was served longest ago.
        """
        queue = sorted(
            (each for each in self._waiting.values() if each.entry.device is device),
            key=lambda each: each.arrival,
        )
        rounds: dict[tuple[str, Priority], int] = {}
        keyed: list[tuple[tuple[int, int, int, int], _Waiting]] = []
        for each in queue:
            entry = each.entry
            number = rounds.get((entry.client, entry.priority), 0)
            rounds[entry.client, entry.priority] = number + 1
            turn = self._served.get(entry.client, 0)
            keyed.append(((_RANK[entry.priority], number, turn, each.arrival), each))
        return [each for _, each in sorted(keyed, key=lambda pair: pair[0])]

    def _choose(self, device: Device, order: list[_Waiting]) -> _Waiting:
        head = order[0]
        if not self._may_be_passed(head):
            return head
        warm = self._warm.get(device)
        for each in order:
            if each.entry.priority is not head.entry.priority:
                break
            if each.entry.engine == warm:
                head.passed += each is not head
                return each
        return head

    def _may_be_passed(self, head: _Waiting) -> bool:
        # A stroke that is being painted waits for nobody's model.
        return (
            head.entry.priority is not Priority.LIVE
            and head.passed < self._rules.warm_passes
            and self._clock() - head.since < self._rules.warm_seconds
        )


def _names(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(entry.job for entry in entries)
