from __future__ import annotations

import io
import json

from velatura_cli.reporting import JsonReporter
from velatura_cli.watching import JobWatch
from velatura_protocol.errors import Cancelled, ErrorCode, NoSource, OutOfMemory
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    ErrorInfo,
    Failed,
    Finished,
    Progress,
    Started,
    VariationFailed,
)


def watched() -> tuple[JobWatch, io.StringIO]:
    stream = io.StringIO()
    reporter = JsonReporter(stream)
    reporter.begin("a.png")
    return JobWatch(reporter, "mine"), stream


def names(stream: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in stream.getvalue().splitlines()]


def test_one_job_s_story() -> None:
    watch, stream = watched()
    watch.hear(Accepted("mine", 1))
    watch.hear(Started("mine", 2, "echo", "cpu"))
    watch.hear(Progress("mine", 3, Phase.STEPPING, 0.5))
    assert watch.phase is Phase.STEPPING
    assert not watch.is_ended
    watch.hear(Finished("mine", 4))
    assert watch.is_ended
    assert watch.error is None
    assert names(stream) == ["accepted", "progress"]


def test_other_jobs_are_none_of_its_business() -> None:
    watch, stream = watched()
    watch.hear(Accepted("other", 1))
    watch.hear(Finished("other", 2))
    assert not watch.is_ended
    assert names(stream) == []


def test_a_failed_job_keeps_its_error() -> None:
    watch, _ = watched()
    watch.hear(Failed("mine", 1, ErrorInfo(ErrorCode.NO_SOURCE)))
    assert watch.is_ended
    assert isinstance(watch.error, NoSource)


def test_a_missing_variation_is_an_error_of_a_finished_job() -> None:
    watch, _ = watched()
    watch.hear(VariationFailed("mine", 1, 0, ErrorInfo(ErrorCode.OUT_OF_MEMORY)))
    watch.hear(VariationFailed("mine", 2, 1, ErrorInfo(ErrorCode.ENGINE_ERROR)))
    assert not watch.is_ended
    watch.hear(Finished("mine", 3))
    assert isinstance(watch.error, OutOfMemory)


def test_cancelled_says_where() -> None:
    watch, _ = watched()
    watch.hear(CancelledJob("mine", 1, Phase.LOADING))
    assert isinstance(watch.error, Cancelled)
    assert watch.phase is Phase.LOADING
