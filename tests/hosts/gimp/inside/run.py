"""``main`` of a run inside GIMP: outcomes of suites as JSON. Called by a batch in its Python."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


class Recorder:
    """A plug-in of pytest: how each test ended, and why those that failed did."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}
        self.failures: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("::")[2]
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[name] = report.outcome
        if report.failed:
            self.failures[name] = report.longreprtext

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures[report.nodeid] = report.longreprtext


def main() -> None:
    recorder = Recorder()
    folder = Path(__file__).parent
    suites = [str(folder / f"{each}.py") for each in os.environ["VELATURA_DRIVE_SUITES"].split()]
    settings = str(folder / "pytest.ini")
    chosen = os.environ.get("VELATURA_DRIVE_TESTS", "")
    fixtures = "tests.hosts.gimp.inside.fixtures"
    arguments = ["-c", settings, "-v", "--no-header", "-s", "-k", chosen, "-p", fixtures]
    pytest.main([*arguments, "--rootdir", str(folder), *suites], plugins=[recorder])
    found = {"outcomes": recorder.outcomes, "failures": recorder.failures}
    Path(os.environ["VELATURA_DRIVE_RESULT"]).write_text(json.dumps(found))
