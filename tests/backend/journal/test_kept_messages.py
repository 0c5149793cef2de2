from __future__ import annotations

import pytest

from tests.backend.live import echo_task
from velatura_backend.journal.kept_messages import pack, unpack_event, unpack_submit
from velatura_protocol.errors import BadMessage
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    Finished,
    Priority,
    Started,
    Submit,
)


def test_a_submit_comes_back_whole() -> None:
    submit = Submit("j", echo_task(prompt="a cat", parameters={"seconds": 1.5}), Priority.BATCH)
    assert unpack_submit(pack(submit)) == submit


@pytest.mark.parametrize(
    "event",
    [
        Accepted("j", 1, 3),
        Started("j", 2**40, "echo", "cpu"),
        Finished("j", 3, {"seconds": 1.0}),
        CancelledJob("j", 4, Phase.LOADING),
    ],
)
def test_events_come_back_whole(event) -> None:
    assert unpack_event(pack(event)) == event


def test_one_is_not_taken_for_the_other() -> None:
    with pytest.raises(BadMessage):
        unpack_submit(pack(Accepted("j", 1)))
    with pytest.raises(BadMessage):
        unpack_event(pack(Submit("j", echo_task())))


@pytest.mark.parametrize("data", [b"", b"\x80", b"noise"])
def test_noise_is_named(data: bytes) -> None:
    with pytest.raises(BadMessage):
        unpack_event(data)
