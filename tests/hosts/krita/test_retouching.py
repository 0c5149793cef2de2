"""Retouch mode: real Krita, real backend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.hosts.krita.editor import Editor


@pytest.mark.host
@pytest.mark.timeout(300)
def test_blemishes_are_removed_into_one_group_and_undone(krita: Editor, shared: Path) -> None:
    data = shared / "data"
    shutil.rmtree(data, ignore_errors=True)
    with running_backend(CommandLine(data, shared)):
        outcome = krita.drive(
            "tests.hosts.krita.inside.retouching",
            {"VELATURA_DATA_DIR": str(data)},
            path=krita.paths(),
        )
    notes = outcome.notes
    assert notes["problem"] == "None"
    assert notes["is_on"]
    tree = [tuple(each) for each in notes["tree"]]
    assert tree[0] == ("Retouch", 0)
    assert [depth for _, depth in tree] == [0, 1, 1, 1, 0]
    assert notes["changed"]
    assert notes["left"] == ["Background"]
    assert notes["undone"]
