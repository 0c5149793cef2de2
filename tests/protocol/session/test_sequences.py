from __future__ import annotations

import pytest

from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    ErrorInfo,
    Failed,
    Finished,
    Progress,
    ResumePoint,
)
from velatura_protocol.session.sequences import MAX_JOBS, SeenEvents, SentEvents


def test_events_are_new_once():
    seen = SeenEvents()
    assert seen.last("j") == 0
    assert seen.note(Accepted("j", 3))
    assert not seen.note(Accepted("j", 3))
    assert not seen.note(Accepted("j", 2))
    assert seen.note(Accepted("k", 1))
    assert seen.last("j") == 3


@pytest.mark.parametrize(
    "end",
    [
        Finished("j", 2),
        Failed("j", 2, ErrorInfo(ErrorCode.NO_SOURCE)),
        CancelledJob("j", 2, Phase.QUEUED),
    ],
)
def test_ended_jobs_are_not_resumed(end):
    seen = SeenEvents()
    seen.note(Accepted("j", 1))
    seen.note(Accepted("k", 4))
    assert seen.resume_points() == (ResumePoint("j", 1), ResumePoint("k", 4))
    seen.note(end)
    assert seen.resume_points() == (ResumePoint("k", 4),)
    seen.rewind("j", 0)
    assert ResumePoint("j", 0) in seen.resume_points()


def test_forgotten_jobs_are_as_new():
    seen = SeenEvents()
    seen.note(Finished("j", 5))
    seen.forget("j")
    seen.forget("never heard of")
    assert seen.note(Accepted("j", 1))


def test_sent_events_rise_until_rewound():
    sent = SentEvents()
    sent.note(Accepted("j", 2))
    with pytest.raises(ValueError, match="after event 2"):
        sent.note(Accepted("j", 1))
    sent.rewind("j", 0)
    sent.note(Accepted("j", 1))


def test_jobs_asked_for_without_end_are_forgotten_the_oldest_first():
    sent = SentEvents()
    for number in range(MAX_JOBS + 10):
        sent.rewind(f"j{number}", 5)
    sent.note(Accepted("j0", 1))
    with pytest.raises(ValueError, match="after event 5"):
        sent.note(Accepted(f"j{MAX_JOBS}", 5))
    assert len(sent._last) == MAX_JOBS


def test_a_job_that_goes_on_is_not_the_oldest():
    sent = SentEvents()
    sent.note(Accepted("mine", 1))
    for number in range(MAX_JOBS - 1):
        sent.rewind(f"j{number}", 5)
    sent.note(Progress("mine", 2, Phase.LOADING))
    for number in range(10):
        sent.rewind(f"k{number}", 5)
    with pytest.raises(ValueError, match="after event 2"):
        sent.note(Progress("mine", 2, Phase.LOADING))
