from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer.locations import Checkout
from installer.report import Report
from installer.stages import STAGES, Stage, run


@pytest.fixture
def running(tmp_path: Path) -> Checkout:
    """A checkout whose environment has this Python as its only program."""
    checkout = Checkout(tmp_path)
    checkout.program("python").parent.mkdir(parents=True)
    checkout.program("python").symlink_to(sys.executable)
    return checkout


def stage(name: str, script: str) -> Stage:
    return Stage(name, ("python", "-c", script))


def test_all_well(running: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    summary = "print('3 passed, 1 skipped in 0.12s')"
    assert run(running, Report(), (stage("lint", "pass"), stage("tests", summary))) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "tests: 3 passed, 1 skipped in 0.12s"
    assert [line.split()[0] for line in lines[-4:-1]] == ["lint", "tests", "total"]
    assert all(line.endswith("ok") for line in lines[-4:-2])


def test_a_failure_fails_the_whole_and_stops_nothing(
    running: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = (stage("lint", "raise SystemExit(2)"), stage("tests", "print('ran')"))
    assert run(running, Report(), stages) == 1
    output = capsys.readouterr().out
    assert "FAILED (2)" in output
    assert "\nran\n" in output


@pytest.mark.parametrize(
    "line",
    [
        "============ 1 failed, 2 passed, 1 xfailed in 61.00s (0:01:01) ============",
        "1 failed, 2 passed, 1 xfailed in 61.00s (0:01:01)",
    ],
)
def test_the_summary_is_found(
    running: Checkout, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    run(running, Report(), (stage("tests", f"print({line!r})"),))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "tests: 1 failed, 2 passed, 1 xfailed in 61.00s (0:01:01)"


def test_cheap_stages_come_first() -> None:
    assert [each.name for each in STAGES] == ["lint", "format", "floor", "types", "tests"]
