from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installer import processes


def test_lines_are_passed_on_and_kept(tmp_path: Path) -> None:
    lines: list[str] = []
    script = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(3)"
    ended = processes.run([sys.executable, "-c", script], folder=tmp_path, each_line=lines.append)
    assert lines == ["one", "two"]
    assert ended == processes.Ended(3, "one\ntwo\n")


def test_it_runs_in_its_folder_with_what_it_is_given(tmp_path: Path) -> None:
    script = "import os; print(os.getcwd(), os.environ['EXTRA'])"
    ended = processes.run([sys.executable, "-c", script], folder=tmp_path, extra={"EXTRA": "x"})
    assert ended.output == f"{tmp_path.resolve()} x\n"


def test_other_peoples_packages_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    assert not {"PYTHONPATH", "VIRTUAL_ENV"} & processes.clean_environment().keys()


def test_attached_passes_the_status_on(tmp_path: Path) -> None:
    assert processes.attached([sys.executable, "-c", "raise SystemExit(4)"], folder=tmp_path) == 4


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    script = r"import sys; sys.stdout.buffer.write(b'\xff\n')"
    assert processes.run([sys.executable, "-c", script], folder=tmp_path).output == "�\n"
