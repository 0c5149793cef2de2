"""From a selection to an accepted layer and back: real Krita, real backend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.hosts.krita.editor import Editor


@pytest.mark.host
@pytest.mark.timeout(300)
def test_a_removal_changes_the_selection_only_and_undo_takes_it_back(
    krita: Editor, shared: Path
) -> None:
    data = shared / "data"
    shutil.rmtree(data, ignore_errors=True)
    with running_backend(CommandLine(data, shared)):
        outcome = krita.drive(
            "tests.hosts.krita.inside.removal",
            {"VELATURA_DATA_DIR": str(data), "VELATURA_DRIVE_SHOTS": str(shared)},
            path=krita.paths(),
        )
    for depth in ("u8", "u16"):
        seen = outcome.notes[depth]
        assert isinstance(seen, dict)
        assert seen["staged"][0] == seen["accepted"][0] == "Background"
        assert seen["staged"][1].startswith("[Preview] ")
        assert not seen["accepted"][1].startswith("[Preview]")
        assert len(seen["accepted"]) == 2
        assert seen["changed"]
        assert seen["outside_equal"]
        assert seen["undone_equal"]
        assert seen["undone_layers"] == ["Background"]
