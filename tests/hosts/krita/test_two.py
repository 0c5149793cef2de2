"""Two Kritas at work with one backend."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.hosts.krita.editor import Editor
from tests.hosts.krita.profile import warm_profile


@pytest.mark.host
@pytest.mark.timeout(300)
def test_two_kritas_share_a_backend(krita: Editor, shared: Path, tmp_path: Path) -> None:
    """Each has its own jobs and its own results, and neither sees the other's."""
    name = krita.session.root.recipe.name
    profile = warm_profile(krita.session, shared / f"{name}-second")
    profile.install()
    other = Editor(krita.session, profile.folder)
    data = shared / f"{name}-two"
    with running_backend(CommandLine(data, shared)), ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(
                each.drive,
                "tests.hosts.krita.inside.removal",
                {"VELATURA_DATA_DIR": str(data)},
                path=each.paths(),
            )
            for each in (krita, other)
        ]
        outcomes = [each.result() for each in runs]
    for outcome in outcomes:
        for depth in ("u8", "u16"):
            seen = outcome.notes[depth]
            assert isinstance(seen, dict)
            assert len(seen["accepted"]) == 2
            assert seen["changed"]
            assert seen["outside_equal"]
            assert seen["undone_equal"]
