from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine


@pytest.fixture
def velatura(tmp_path: Path) -> CommandLine:
    """The command line on a data directory that nobody has used."""
    return CommandLine(tmp_path / "data", tmp_path)


@pytest.fixture(scope="module")
def shared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "data"


@pytest.fixture(scope="module")
def backend(shared_data: Path) -> Iterator[psutil.Process]:
    """One backend for a module's tests."""
    with running_backend(CommandLine(shared_data, shared_data.parent)) as process:
        yield process


@pytest.fixture
def served(backend: psutil.Process, shared_data: Path, tmp_path: Path) -> CommandLine:
    """The command line on the data directory of the module's running backend."""
    return CommandLine(shared_data, tmp_path)
