from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hosts.counts import HOST
from tests.hosts.krita.editor import TREE, Editor
from tests.hosts.krita.profile import warm_profile
from tests.hosts.root.build import Root
from tests.hosts.root.recipes import Recipe
from tests.hosts.root.session import session


@pytest.fixture(scope="session")
def running_krita(
    krita_recipe: Recipe, open_root: Callable[[Recipe], Root], shared: Path
) -> Iterator[Editor]:
    """One display and one profile for all runs."""
    root = open_root(krita_recipe)
    scratch = shared / krita_recipe.name
    scratch.mkdir()
    with session(root, [TREE, shared], scratch) as display:
        profile = warm_profile(display, scratch / "profile")
        profile.install()
        yield Editor(display, profile.folder)


@pytest.fixture
def krita(running_krita: Editor, record_property: Callable[[str, object], None]) -> Editor:
    record_property(HOST, f"krita {running_krita.version}")
    return running_krita
