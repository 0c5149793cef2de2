from __future__ import annotations

from datetime import datetime

import pytest

from velatura_cli.exit_codes import UsageError
from velatura_cli.jobs import described, find_job
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.messages import ErrorInfo, JobSummary
from velatura_protocol.tasks import Operation


def summary(job: str) -> JobSummary:
    return JobSummary(job, JobState.FINISHED, Operation.FILL, "builtin_fill", 1.7e9, 2)


JOBS = [summary("abc1"), summary("abc2"), summary("abc")]


@pytest.mark.parametrize(("name", "found"), [("abc1", "abc1"), ("abc", "abc"), ("abc2", "abc2")])
def test_a_job_is_named_by_its_id_or_its_beginning(name: str, found: str) -> None:
    assert find_job(JOBS, name).job == found


@pytest.mark.parametrize(
    ("name", "words"), [("ab", "several"), ("x", "no job"), ("", "no job"), ("abc12", "no job")]
)
def test_names_that_do_not_tell(name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        find_job(JOBS, name)


def test_a_job_as_json() -> None:
    failed = JobSummary(
        "j",
        JobState.FAILED,
        Operation.FILL,
        "e",
        1.7e9,
        0,
        prompt="sky",
        error=ErrorInfo(ErrorCode.NO_SOURCE),
    )
    fields = described(failed)
    assert (fields["state"], fields["intent"]) == ("failed", "none")
    assert fields["error"] == {"code": "no_source", "params": {}}
    assert datetime.fromisoformat(str(fields["created"])).timestamp() == 1.7e9
    assert described(summary("a"))["error"] is None
