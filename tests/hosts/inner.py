"""What every panel promises, and tests of one toolkit alone, with the Python and the toolkit of a
root; and what came of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

PROMISES = Path(__file__).parents[1] / "contracts" / "panel"
_FIXTURES = "tests.contracts.panel.fixtures"
_INI = """[pytest]
addopts = --import-mode=importlib -p no:cacheprovider -p {fixtures} -p {desk}
python_files = *_checks.py
filterwarnings =
    error
    ignore::DeprecationWarning:gi.events
"""
"""PyGObject asks asyncio of Python 3.14 for what is to go in 3.16."""


class Counter:
    def __init__(self) -> None:
        self.passed = self.others = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed += 1
        elif not report.passed:
            self.others += 1


def run_checks(folder: Path, desk: str, counts: Path, arguments: Sequence[str]) -> int:
    """:param folder: with what is of the toolkit alone
    :param desk: the module with its fixtures
    :param counts: where the numbers go, as JSON
    """
    settings = counts.with_name("pytest.ini")
    settings.write_text(_INI.format(fixtures=_FIXTURES, desk=desk))
    counter = Counter()
    where = map(str, (PROMISES, folder))
    status = pytest.main(["-c", str(settings), "-q", "--no-header", *where, *arguments], [counter])
    counts.write_text(json.dumps({"passed": counter.passed, "others": counter.others}))
    return int(status)
