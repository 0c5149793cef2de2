from __future__ import annotations

import json
from pathlib import Path

import pytest

from velatura_backend.doctor.doctor import check_python
from velatura_cli import doctor
from velatura_cli.dispatch import run


@pytest.mark.slow
def test_a_healthy_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path / "data"))
    assert run(["doctor", "--json"]) == 0
    checks = {each["id"]: each for each in json.loads(capfd.readouterr().out)}
    assert checks["job"]["status"] == "good"
    assert checks["data"]["found"] == str(tmp_path / "data")


@pytest.mark.slow
def test_what_is_wrong_is_said_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file")
    monkeypatch.setenv("VELATURA_DATA_DIR", str(blocked))
    assert run(["doctor"]) == 3
    lines = capfd.readouterr().out.splitlines()
    (wrong,) = [index for index, line in enumerate(lines) if line.startswith("NO")]
    assert "Data directory" in lines[wrong]
    assert "VELATURA_DATA_DIR" in lines[wrong + 1]


def test_a_report_for_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is in it, and what is not, is tested in ``tests/backend/doctor/test_bug_report.py``."""
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(doctor, "run_checks", lambda _: (check_python(),))
    target = tmp_path / "report.txt"
    assert run(["doctor", "--report", str(target)]) == 0
    assert "Read it" in capfd.readouterr().out
    assert "ok  Python: " in target.read_text()
    assert run(["doctor", "--report", str(tmp_path / "no" / "folder.txt")]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1
