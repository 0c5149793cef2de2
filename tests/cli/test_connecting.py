from __future__ import annotations

import subprocess
from pathlib import Path

import psutil
import pytest

from velatura_cli.connecting import backend_command, silence
from velatura_protocol.errors import BackendUnavailable, DataDirectoryInUse


def test_a_backend_of_this_installation() -> None:
    helped = subprocess.run(
        [*backend_command(), "--help"], capture_output=True, text=True, check=True
    )
    assert "--with-parent" in helped.stdout


def test_silence_of_a_backend_that_is_there(
    backend_process: psutil.Process, backend_directory: Path
) -> None:
    assert isinstance(silence(backend_directory), DataDirectoryInUse)


def test_silence_of_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VELATURA_DATA_DIR", str(tmp_path))
    assert isinstance(silence(), BackendUnavailable)
