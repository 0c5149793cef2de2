"""``python3 installer test``: every check, the cheap ones first, with the time of each."""

from __future__ import annotations

import enum
import os
import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from installer import locations, processes
from installer.locations import Checkout
from installer.plan import Profile
from installer.report import Report
from installer.trouble import Trouble

_HOST_COUNTS = re.compile(r"^hosts: .* \d+ skipped\b.*$", re.MULTILINE)
_PYTEST_SUMMARY = re.compile(r"^(?:=+ )?(\d+ \w+.* in [\d.]+s\b.*?)(?: =+)?$", re.MULTILINE)


class Host(enum.Enum):
    """An editor that tests run in."""

    krita = "krita"
    gimp = "gimp"


@dataclass(frozen=True)
class Stage:
    """One check: ``command`` is a program of the environment and its arguments."""

    name: str
    command: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Outcome:
    stage: Stage
    status: int
    seconds: float
    output: str


_ONE_THREAD = {"OMP_NUM_THREADS": "1"}
"""Threads of linear algebra spin while they wait for each other: on a busy machine a solution of
0.02 s took two minutes."""

_SAME_EXAMPLES = "--hypothesis-seed=0"
"""A commit gets one verdict, however often it is asked for; pytest by hand searches anew."""

STAGES = (
    Stage("lint", ("ruff", "check", ".")),
    Stage("format", ("ruff", "format", "--check", ".")),
    Stage("floor", ("vermin", "--target=3.10-", "--no-tips", "--violations", "protocol", "plugin")),
    Stage("types", ("pyright", "--warnings")),
    Stage("tests", ("pytest", "-q", "--durations=10", _SAME_EXAMPLES), _ONE_THREAD),
)

_BASE_TYPES = ("-p", "pyright-base.json")
_REQUIRE_DIFFUSION = {"VELATURA_REQUIRE_DIFFUSION": "1"}

_ROOTS = Stage("roots", ("python", "-m", "tests.hosts.root", "build", "trixie"))
# The Python of that root, with the plug-in as it is bundled; without 3.13, all that are found.
_PYTHONS = Stage("pythons", ("python", "-m", "tests.hosts.pythons", "3.13"))


def for_profiles(profiles: frozenset[Profile]) -> tuple[Stage, ...]:
    """With the diffusion profile a skipped test of its engines has failed; without it the rooms
    that import its libraries cannot be looked at for types."""
    if Profile.diffusion in profiles:
        return _with(
            "tests", lambda stage: replace(stage, extra={**stage.extra, **_REQUIRE_DIFFUSION})
        )
    return _with("types", lambda stage: replace(stage, command=(*stage.command, *_BASE_TYPES)))


def _with(name: str, change: Callable[[Stage], Stage]) -> tuple[Stage, ...]:
    return tuple(change(stage) if stage.name == name else stage for stage in STAGES)


def host_stages(hosts: frozenset[Host]) -> tuple[Stage, ...]:
    """The root that the editors are in, the plug-in's core on its Python, and the tests in the
    editors: there a skipped test has failed.

    :raises Trouble: no root can be made here
    """
    if not hosts:
        return ()
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Trouble(
            "Only the user root, on a Debian, can make the small system that real editors run in",
            "Leave out --hosts: all other tests run.",
        )
    of_gimp = ("tests/hosts/gimp", "tests/hosts/gtk")
    chosen = {
        frozenset({Host.krita}): ("tests/hosts", *(f"--ignore={each}" for each in of_gimp)),
        frozenset({Host.gimp}): of_gimp,
        frozenset(Host): ("tests/hosts",),
    }[hosts]
    command = ("pytest", "-q", "--durations=10", _SAME_EXAMPLES, *chosen)
    return (_ROOTS, _PYTHONS, Stage("hosts", command, {"VELATURA_REQUIRE_HOSTS": "1"}))


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
        for counts in _HOST_COUNTS.findall(outcome.output):
            print(counts)
    return 1 if any(outcome.status for outcome in outcomes) else 0


def _run_stage(checkout: Checkout, report: Report, stage: Stage) -> Outcome:
    report.line(f"{stage.name}: {' '.join(stage.command)}")
    started = time.monotonic()
    program, *arguments = stage.command
    command: list[str | Path] = [checkout.program(program), *arguments]
    # The kernels that the installation compiled: tests that load them in-process need not again.
    extra = {"NUMBA_CACHE_DIR": str(locations.cache_folder() / "numba"), **stage.extra}
    ended = processes.run(command, folder=checkout.root, each_line=print, extra=extra)
    return Outcome(stage, ended.status, time.monotonic() - started, ended.output)
