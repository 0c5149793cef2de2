from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

import pytest

from velatura_cli import jobs as jobs_module
from velatura_cli.exit_codes import UsageError
from velatura_cli.jobs import described, find_job, run_jobs
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


class Kept:
    def __init__(self, jobs: list[JobSummary]) -> None:
        self.left = jobs

    def jobs(self) -> tuple[JobSummary, ...]:
        return tuple(self.left)

    def forget(self, jobs: Sequence[str]) -> int:
        before = len(self.left)
        self.left = [each for each in self.left if each.job not in jobs]
        return before - len(self.left)


def clear(monkeypatch: pytest.MonkeyPatch, kept: Kept, *names: str) -> None:
    monkeypatch.setattr(jobs_module, "open_history", lambda: nullcontext(kept))
    run_jobs(Namespace(action="clear", jobs=list(names), json=True))


def test_clear_leaves_favourites_and_what_has_not_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    favourite = replace(summary("favourite"), favourite=True)
    running = replace(summary("running"), state=JobState.RUNNING)
    kept = Kept([favourite, running, *map(summary, "abcdefg")])
    clear(monkeypatch, kept)
    assert kept.left == [favourite, running]
    assert capsys.readouterr().out == '{"cleared": 7}\n'


def test_a_favourite_that_is_named_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept([replace(summary("favourite"), favourite=True), summary("a")])
    clear(monkeypatch, kept, "favourite")
    assert kept.left == [summary("a")]
