"""The installed plug-in in the real Krita, with a real backend: one start for all of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.krita.editor import Editor
from tests.hosts.krita.outcomes import Outcomes, asked, run_inside
from tests.hosts.krita.serving import kept_running, of_another_version

SUITES = ("exactness", "bad_input", "placement", "working_day", "history", "mishaps")


@pytest.fixture(scope="session")
def outcomes(running_krita: Editor, shared: Path) -> Outcomes:
    folder = shared / f"{running_krita.session.root.recipe.name}-live"
    folder.mkdir()
    other = folder / "other"
    with kept_running(folder / "data", folder) as serving, of_another_version(other, folder):
        environment = {**serving.environment, "VELATURA_OTHER_DATA_DIR": str(other)}
        return run_inside(running_krita, SUITES, environment)


@pytest.mark.host
@pytest.mark.timeout(500)
@pytest.mark.parametrize("name", asked(SUITES))
def test_live(outcomes: Outcomes, krita: Editor, name: str) -> None:
    outcomes.expect(name)
