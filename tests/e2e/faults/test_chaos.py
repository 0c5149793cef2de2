"""Several clients, a backlog of jobs, and a server that is killed again and again."""

from __future__ import annotations

import random
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.faults.panel import Panel, echoed
from tests.e2e.faults.stage import Stage
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.messages import Failed, Finished

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="faults are made by Linux's own means"),
    pytest.mark.timeout(120),
]

CLIENTS, JOBS, KILLS = 3, 4, 3


@pytest.mark.parametrize("seed", [1])
def test_every_job_ends_once_however_often_the_server_is_killed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    stage = Stage(tmp_path)
    stage.start()
    try:
        with ExitStack() as stack:
            panels = [stack.enter_context(stage.panel(f"panel-{n}")) for n in range(CLIENTS)]
            sent = {
                (panel, f"job-{number}-{turn}"): b""
                for turn in range(JOBS)
                for number, panel in enumerate(panels)
            }
            for panel, job in sent:
                sent[panel, job] = panel.submit(job, seconds=chance.uniform(0.0, 0.4))
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.05, 0.9))
                stage.kill_server()
                stage.start()
            ends = {job: check(panel, job, pixels) for (panel, job), pixels in sent.items()}
        listed = stage.listed()
        assert {job: listed[job].state for job in ends} == ends, "the journal says the same"
        assert list(ends.values()).count(JobState.FAILED) <= KILLS, "one runs at a time"
        assert stage.leftovers() == []
    finally:
        stage.close()


def check(panel: Panel, job: str, pixels: bytes) -> JobState:
    end = panel.end(job)
    assert len(panel.ends(job)) == 1
    if isinstance(end, Finished):
        assert panel.results(job) == [echoed(pixels)]
        return JobState.FINISHED
    assert isinstance(end, Failed), end
    assert end.error.code is ErrorCode.INTERRUPTED
    assert panel.results(job) == []
    return JobState.FAILED
