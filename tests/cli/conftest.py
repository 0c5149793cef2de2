from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine


@pytest.fixture(scope="session")
def backend_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backend") / "data"


@pytest.fixture(scope="session")
def backend_process(backend_directory: Path) -> Iterator[psutil.Process]:
    """One real backend for all of these tests; started when the first one asks for it."""
    with running_backend(CommandLine(backend_directory, backend_directory.parent)) as process:
        yield process


@pytest.fixture
def backend(
    backend_process: psutil.Process, backend_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> psutil.Process:
    """Commands run inside this process meet the backend."""
    monkeypatch.setenv("VELATURA_DATA_DIR", str(backend_directory))
    return backend_process
