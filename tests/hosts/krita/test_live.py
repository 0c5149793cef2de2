"""The installed plug-in in the real Krita, with a real backend: a start for each group."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.krita.editor import Editor
from tests.hosts.krita.outcomes import Outcomes, asked, run_inside
from tests.hosts.krita.serving import kept_running, of_another_version

GROUPS = (
    ("exactness", "bad_input"),
    ("placement",),
    ("working_day", "history"),
    ("mishaps",),
)
"""Each is one start of Krita, so that none takes longer than a run may."""

Group = tuple[str, ...]


@pytest.fixture(scope="session")
def outcomes_of(running_krita: Editor, shared: Path) -> Callable[[Group], Outcomes]:
    """Runs a group when it is first asked for."""
    name = running_krita.session.root.recipe.name

    @functools.cache
    def run(group: Group) -> Outcomes:
        folder = shared / f"{name}-{group[0]}"
        folder.mkdir()
        other = folder / "other"
        with kept_running(folder / "data", folder) as serving, of_another_version(other, folder):
            environment = {**serving.environment, "VELATURA_OTHER_DATA_DIR": str(other)}
            return run_inside(running_krita, group, environment)

    return run


@pytest.mark.host
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("group", "name"), [(each, name) for each in GROUPS for name in asked(each)]
)
def test_live(
    outcomes_of: Callable[[Group], Outcomes], krita: Editor, group: Group, name: str
) -> None:
    outcomes_of(group).expect(name)
