"""Runs the tests of this folder with the root's own Python and Qt; ``counts.json`` comes out."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

INI = """[pytest]
addopts = --import-mode=importlib -p no:cacheprovider -p tests.hosts.qt.inside.desk
python_files = *_checks.py
filterwarnings = error
"""


class Counter:
    def __init__(self) -> None:
        self.passed = self.others = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed += 1
        elif not report.passed:
            self.others += 1


def _pretend_krita() -> None:
    """Its module that says which Qt it is built with: here, the one that this root has."""
    module = types.ModuleType("pykrita")
    try:
        import PyQt6  # noqa: F401

        major = 6
    except ImportError:
        major = 5
    module.qt_major_version = lambda: major  # type: ignore[attr-defined]
    sys.modules["pykrita"] = module


def main(counts: Path) -> int:
    _pretend_krita()
    counts.with_name("pytest.ini").write_text(INI)
    counter = Counter()
    arguments = ["-c", str(counts.with_name("pytest.ini")), "-q", str(Path(__file__).parent)]
    status = pytest.main([*arguments, *sys.argv[2:]], [counter])
    counts.write_text(json.dumps({"passed": counter.passed, "others": counter.others}))
    return int(status)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
