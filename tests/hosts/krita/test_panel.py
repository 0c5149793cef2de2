"""The docker, clicked through: real Krita, real backend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.hosts.krita.editor import Editor


@pytest.mark.host
@pytest.mark.timeout(300)
def test_every_state_is_reached_by_clicks_and_keys(krita: Editor, shared: Path) -> None:
    data = shared / "panel"
    shutil.rmtree(data, ignore_errors=True)
    with running_backend(CommandLine(data, shared)):
        outcome = krita.drive(
            "tests.hosts.krita.inside.panel",
            {"VELATURA_DATA_DIR": str(data), "VELATURA_DRIVE_SHOTS": str(shared)},
            path=krita.paths(),
        )
    assert outcome.notes is not None
