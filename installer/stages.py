"""``python3 installer test``: every check, the cheap ones first, with the time of each."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from installer import locations, processes
from installer.locations import Checkout
from installer.report import Report

_PYTEST_SUMMARY = re.compile(r"^(?:=+ )?(\d+ \w+.* in [\d.]+s\b.*?)(?: =+)?$", re.MULTILINE)


@dataclass(frozen=True)
class Stage:
    """One check: ``command`` is a program of the environment and its arguments."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    stage: Stage
    status: int
    seconds: float
    output: str


STAGES = (
    Stage("lint", ("ruff", "check", ".")),
    Stage("format", ("ruff", "format", "--check", ".")),
    Stage("floor", ("vermin", "--target=3.10-", "--no-tips", "--violations", "protocol", "plugin")),
    Stage("types", ("pyright", "--warnings")),
    Stage("tests", ("pytest", "-q", "--cov", "--cov-report=term:skip-covered", "--durations=10")),
)


def run(checkout: Checkout, report: Report, stages: tuple[Stage, ...] = STAGES) -> int:
    """Run every stage, also after a failed one; 0 if all are well, else 1."""
    outcomes = [_run_stage(checkout, report, stage) for stage in stages]
    print()
    for outcome in outcomes:
        verdict = "ok" if outcome.status == 0 else f"FAILED ({outcome.status})"
        print(f"{outcome.stage.name:8} {outcome.seconds:7.1f} s  {verdict}")
    print(f"{'total':8} {report.elapsed:7.1f} s")
    for outcome in outcomes:
        for summary in _PYTEST_SUMMARY.findall(outcome.output)[-1:]:
            print(f"{outcome.stage.name}: {summary}")
    return 1 if any(outcome.status for outcome in outcomes) else 0


def _run_stage(checkout: Checkout, report: Report, stage: Stage) -> Outcome:
    report.line(f"{stage.name}: {' '.join(stage.command)}")
    started = time.monotonic()
    program, *arguments = stage.command
    command: list[str | Path] = [checkout.program(program), *arguments]
    # The kernels that the installation compiled: tests that load them in-process need not again.
    kernels = {"NUMBA_CACHE_DIR": str(locations.cache_folder() / "numba")}
    ended = processes.run(command, folder=checkout.root, each_line=print, extra=kernels)
    return Outcome(stage, ended.status, time.monotonic() - started, ended.output)
