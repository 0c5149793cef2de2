from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installer.locations import this_checkout
from installer.lock import exclusive, take
from installer.report import Report

_HOLDER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from installer.lock import exclusive
from installer.report import Report
with exclusive(Path(sys.argv[2]), Report()):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_installer_waits_for_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", _HOLDER, str(this_checkout().root), str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with path.open() as handle:
            assert not take(handle)
        holder.communicate("\n")
    with exclusive(path, Report()):
        pass
    assert "waiting" not in capsys.readouterr().out


def test_waiting_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lock"
    script = _HOLDER.replace("sys.stdin.readline()", "sys.stdin.read()")
    command = [sys.executable, "-c", script, str(this_checkout().root), str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()

        class Talking(Report):
            def line(self, text: str) -> None:
                super().line(text)
                assert holder.stdin is not None
                holder.stdin.close()  # the holder ends once we have said that we wait

        with exclusive(path, Talking()):
            pass
    assert "another installer is at work" in capsys.readouterr().out
