"""Runs test modules inside Krita and notes each test's outcome."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.krita.inside.gui import Gui


class Recorder:
    """Outcomes by test; the words of failures. Hands the tests their fixture ``gui``."""

    def __init__(self, gui: Gui) -> None:
        self._gui = gui
        self.outcomes: dict[str, str] = {}
        self.failures: dict[str, str] = {}

    @pytest.fixture
    def gui(self) -> Gui:
        return self._gui

    def run(self, arguments: list[str]) -> None:
        try:
            code = pytest.main(arguments, [self])
        except BaseException:
            self.failures["pytest"] = traceback.format_exc()
            raise
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self.failures["pytest"] = str(code)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures[report.nodeid] = report.longreprtext

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.split("::", 1)[1]
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[name] = report.outcome
        if report.failed:
            self.failures[name] = report.longreprtext


def main(driver) -> Iterator[object]:
    named = os.environ.get("VELATURA_DRIVE_SUITES", "desk documents leftovers").split()
    suites = [Path(__file__).with_name(f"{name}.py") for name in named]
    settings = Path(__file__).with_name("pytest.ini")
    chosen = os.environ.get("VELATURA_DRIVE_TESTS", "")
    recorder = Recorder(Gui())
    arguments = [
        "-c",
        settings,
        "-v",
        "--no-header",
        "-s",
        "-k",
        chosen,
        "--rootdir",
        settings.parent,
        *suites,
    ]
    thread = threading.Thread(target=recorder.run, args=([str(each) for each in arguments],))
    thread.start()
    while thread.is_alive():
        yield 100
    driver.note("outcomes", recorder.outcomes)
    driver.note("failures", recorder.failures)
