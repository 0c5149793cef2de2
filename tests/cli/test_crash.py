from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from velatura_backend.engines import registry
from velatura_cli.crash import crash_line, write_report
from velatura_cli.dispatch import run


@pytest.fixture(autouse=True)
def reports_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_report_has_versions_and_the_traceback(tmp_path: Path) -> None:
    try:
        raise LookupError("a bug")
    except LookupError as error:
        path = Path(write_report(error))
    text = path.read_text()
    assert path.parent == tmp_path
    assert text.startswith("velatura ")
    assert "test_crash.py" in text
    assert "LookupError: a bug" in text
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_line_names_the_report(tmp_path: Path) -> None:
    line = crash_line(LookupError("a bug"))
    assert "LookupError" in line
    assert str(tmp_path) in line
    assert "a bug" not in line


def test_no_traceback_reaches_the_user(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise LookupError("a bug")

    monkeypatch.setattr(registry, "specs", broken)
    assert run(["engines"]) == 3
    err = capfd.readouterr().err
    assert err.startswith("velatura: ")
    assert err.count("\n") == 1
