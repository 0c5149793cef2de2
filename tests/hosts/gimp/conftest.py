from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.counts import HOST
from tests.hosts.gimp.editor import Gimp
from tests.hosts.root.build import Root
from tests.hosts.root.recipes import TRIXIE, Recipe


@pytest.fixture(scope="session")
def gimp_profile(shared: Path) -> Path:
    """One for all batches: a new profile's first start asks every plug-in what it can do."""
    folder = shared / "gimp"
    folder.mkdir()
    return folder


@pytest.fixture
def gimp(
    open_root: Callable[[Recipe], Root],
    gimp_profile: Path,
    record_property: Callable[[str, object], None],
) -> Gimp:
    found = Gimp(open_root(TRIXIE), gimp_profile)
    record_property(HOST, f"gimp {found.version}")
    return found
