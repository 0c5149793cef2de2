from __future__ import annotations

import pytest

from velatura_backend.connections.outbox import EventOutbox
from velatura_protocol.events import Phase
from velatura_protocol.messages import JobEvent, Progress, Queued, Started


class Bell:
    def __init__(self) -> None:
        self.rung = 0

    def __call__(self) -> None:
        self.rung += 1


@pytest.fixture
def overflow() -> Bell:
    return Bell()


@pytest.fixture
def outbox(overflow: Bell) -> EventOutbox:
    return EventOutbox(5, Bell(), overflow)


def lasting(seq: int, job: str = "j") -> Started:
    return Started(job, seq, "echo", "cpu")


def progress(seq: int, job: str = "j") -> Progress:
    return Progress(job, seq, Phase.STEPPING)


def drain(outbox: EventOutbox) -> list[JobEvent]:
    taken: list[JobEvent] = []
    while (event := outbox.take()) is not None:
        taken.append(event)
    return taken


def test_events_leave_in_the_order_they_came(outbox: EventOutbox) -> None:
    events = [lasting(1), lasting(1, "k"), lasting(2), lasting(2, "k")]
    for event in events:
        outbox.put(event)
    assert drain(outbox) == events


def test_only_the_newest_progress_waits(outbox: EventOutbox) -> None:
    for event in (progress(1), lasting(2), progress(3), progress(4), Queued("j", 5, 1)):
        outbox.put(event)
    outbox.put(Queued("j", 6, 0))
    assert drain(outbox) == [lasting(2), progress(4), Queued("j", 6, 0)]


def test_progress_never_overflows(outbox: EventOutbox, overflow: Bell) -> None:
    for seq in range(1, 1000):
        outbox.put(progress(seq))
    assert overflow.rung == 0


def test_who_is_too_far_behind_is_noticed(outbox: EventOutbox, overflow: Bell) -> None:
    for seq in range(1, 7):
        outbox.put(lasting(seq))
    assert overflow.rung == 1


def test_a_replay_comes_first_and_nothing_comes_twice(outbox: EventOutbox) -> None:
    number = outbox.begin_replay("j")
    outbox.put(lasting(3))
    outbox.put(lasting(4))
    outbox.put(lasting(9, "other"))
    assert drain(outbox) == [lasting(9, "other")]
    outbox.finish_replay("j", number, [lasting(1), lasting(2), lasting(3)])
    assert drain(outbox) == [lasting(1), lasting(2), lasting(3), lasting(4)]
    outbox.put(lasting(5))
    assert drain(outbox) == [lasting(5)]


def test_a_replay_takes_the_place_of_what_waits(outbox: EventOutbox) -> None:
    outbox.put(lasting(4))
    number = outbox.begin_replay("j")
    outbox.finish_replay("j", number, [lasting(1), lasting(4)])
    assert drain(outbox) == [lasting(1), lasting(4)]


def test_of_two_replays_the_later_counts(outbox: EventOutbox) -> None:
    first = outbox.begin_replay("j")
    second = outbox.begin_replay("j")
    outbox.put(lasting(3))
    outbox.finish_replay("j", first, [lasting(2)])
    assert drain(outbox) == []
    outbox.finish_replay("j", second, [lasting(1), lasting(2)])
    assert drain(outbox) == [lasting(1), lasting(2), lasting(3)]
