"""Every cell of the table, against a real server process with a real worker, seen by the plug-in's
real client."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.faults.line import Trap, Wire
from tests.e2e.faults.panel import BYTES, Panel, echoed
from tests.e2e.faults.stage import Stage
from tests.e2e.faults.steps import sight_of
from tests.e2e.faults.table import TABLE, Fault, Outcome, Step
from tests.e2e.test_lifecycle import wait_until
from velatura_plugin.client import conversation
from velatura_plugin.client.events import JobRefused
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.messages import Failed, Finished, Started

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="faults are made by Linux's own means"),
    pytest.mark.timeout(120),
]

TEN_YEARS = 10 * 365 * 24 * 3600.0
CELLS = [(fault, step) for fault in Fault for step in Step]

STATES = {
    Outcome.FINISHED: JobState.FINISHED,
    Outcome.INTERRUPTED: JobState.FAILED,
    Outcome.NO_ROOM: JobState.FAILED,
}
CODES = {
    Outcome.INTERRUPTED: ErrorCode.INTERRUPTED,
    Outcome.NO_ROOM: ErrorCode.DISK_FULL,
    Outcome.REFUSED: ErrorCode.DISK_FULL,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = Stage(tmp_path_factory.mktemp("faults"))
    made.start()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quick_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "HEARTBEAT_SECONDS", 0.4)


def test_the_table_states_every_cell() -> None:
    assert {fault: set(steps) for fault, steps in TABLE.items()} == {
        fault: set(Step) for fault in Fault
    }


@pytest.mark.parametrize(
    ("fault", "step"), CELLS, ids=[f"{f.value}-{s.value}".replace(" ", "_") for f, s in CELLS]
)
def test_cell(stage: Stage, fault: Fault, step: Step) -> None:
    job = f"{fault.name}-{step.name}".lower()
    trap = Trap(sight_of(step, job, BYTES), strike_of(fault, stage))
    stage.line.trap = trap
    with stage.panel(f"panel-{job}", through_line=True) as panel:
        if step is Step.ACCEPTED:
            keep_busy(stage, job)
        pixels = panel.submit(job, seconds=0.4, previews=5)
        assert trap.sprung.wait(60), "the step was never reached"
        assert trap.error is None, trap.error
        if fault is Fault.SERVER_KILLED:
            stage.start()
        panel.end(job)
        recover(stage, fault)
        check_end(panel, job, TABLE[fault][step], pixels)
        check_next(stage, job)
        assert len(panel.ends(job)) == 1, "it ended once"
    check_journal(stage, job, TABLE[fault][step])
    stage.look_at_memory()


def strike_of(fault: Fault, stage: Stage) -> Callable[[Wire], None]:
    strikes: dict[Fault, Callable[[Wire], None]] = {
        Fault.CUT: Wire.cut,
        Fault.HALF_OPEN: Wire.fall_silent,
        Fault.SERVER_KILLED: lambda _: stage.kill_server(),
        Fault.WORKER_KILLED: lambda _: stage.kill_worker(),
        Fault.WORKER_HANGS: lambda _: stage.stop_worker(),
        Fault.DISK_FULL: lambda _: stage.fill_disk(),
        Fault.CLOCK_JUMPS: lambda _: stage.set_clock(TEN_YEARS),
    }
    return strikes[fault]


def keep_busy(stage: Stage, job: str) -> None:
    """The worker has something else to do for a second, so that the job is accepted and waits."""
    with stage.panel(f"busy-{job}") as busy:
        busy.submit(f"{job}-busy", seconds=1.0, previews=5)
        busy.wait_for(Started, f"{job}-busy")


def recover(stage: Stage, fault: Fault) -> None:
    """What an administrator would do about it, if anything."""
    if fault is Fault.DISK_FULL:
        stage.free_disk()
    if fault is Fault.CLOCK_JUMPS:
        stage.set_clock(-TEN_YEARS)


def check_end(panel: Panel, job: str, outcome: Outcome, pixels: bytes) -> None:
    end = panel.end(job)
    if outcome is Outcome.FINISHED:
        assert isinstance(end, Finished), end
        assert panel.results(job) == [echoed(pixels)], "every byte, once"
        return
    assert isinstance(end, JobRefused if outcome is Outcome.REFUSED else Failed), end
    assert end.error.code is CODES[outcome], end
    assert panel.results(job) == []


def check_next(stage: Stage, job: str) -> None:
    """The next job starts and ends, whoever it belongs to."""
    following = f"{job}-next"
    with stage.panel(f"next-{job}") as panel:
        pixels = panel.submit(following)
        assert isinstance(panel.end(following), Finished)
        assert panel.results(following) == [echoed(pixels)]


def check_journal(stage: Stage, job: str, outcome: Outcome) -> None:
    listed = stage.listed()
    if outcome is Outcome.REFUSED:
        assert job not in listed
        return
    assert listed[job].state is STATES[outcome]
    assert listed[f"{job}-next"].state is JobState.FINISHED
    assert wait_until(lambda: stage.leftovers() == []), "what nobody needs is gone"
    stage.set_clock(0.0)


def test_the_servers_have_not_grown(stage: Stage) -> None:
    """Runs last, over what the cells have noted."""
    for sizes in stage.memory.values():
        assert max(sizes) < 150 << 20
        assert sizes[-1] - sizes[0] < 20 << 20
