from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installer.running import is_running

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the other systems have programs")


def process(proc: Path, number: str, name: str) -> None:
    (proc / number).mkdir()
    (proc / number / "comm").write_text(f"{name}\n")


def test_a_process_of_that_name(tmp_path: Path) -> None:
    process(tmp_path, "1", "systemd")
    process(tmp_path, "self", "krita")
    (tmp_path / "77").mkdir()  # one that has just ended
    assert not is_running("krita", tmp_path)
    process(tmp_path, "4711", "krita")
    assert is_running("krita", tmp_path)


def test_a_real_one(tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep
    name = f"vel{os.getpid()}"
    shutil.copy(sleep, tmp_path / name)
    assert not is_running(name)
    with subprocess.Popen([tmp_path / name, "60"]) as child:
        try:
            # On a busy machine a process may be seen before it has taken its program's name.
            deadline = time.monotonic() + 60
            while not is_running(name):
                assert time.monotonic() < deadline
        finally:
            child.kill()
