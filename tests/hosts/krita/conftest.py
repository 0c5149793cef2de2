from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.krita.editor import TREE, Editor
from tests.hosts.root.build import cache_folder, ensure_root
from tests.hosts.root.session import session


@pytest.fixture(scope="session")
def shared() -> Path:
    """A folder that is the same inside the root; what runs there is to reach lies in it."""
    folder = cache_folder() / "shared"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def krita(shared: Path) -> Iterator[Editor]:
    """One profile for all runs: the first start of a new one takes ten seconds."""
    with session(ensure_root(), [TREE, shared]) as display:
        editor = Editor(display, shared / "krita")
        editor.prepare()
        yield editor
