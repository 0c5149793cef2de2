from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.backend import running_backend
from tests.e2e.command import CommandLine
from tests.hosts.counts import HOST
from tests.hosts.gimp.editor import Gimp
from tests.hosts.gimp.windows import GimpWindows
from tests.hosts.krita.profile import TREE
from tests.hosts.root.build import Root
from tests.hosts.root.recipes import Recipe
from tests.hosts.root.session import session


@pytest.fixture(scope="session")
def gimp_profile(gimp_recipe: Recipe, shared: Path) -> Path:
    """One for all batches: a new profile's first start asks every plug-in what it can do."""
    folder = shared / f"gimp-{gimp_recipe.name}"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def running_windows(
    gimp_recipe: Recipe, open_root: Callable[[Recipe], Root], shared: Path
) -> Iterator[GimpWindows]:
    """One display and one profile for all runs."""
    root = open_root(gimp_recipe)
    scratch = shared / f"gimp-windows-{gimp_recipe.name}"
    scratch.mkdir()
    with session(root, [TREE, shared], scratch) as display:
        found = GimpWindows(display, scratch / "home")
        found.install()
        yield found


@pytest.fixture
def gimp_windows(
    running_windows: GimpWindows, record_property: Callable[[str, object], None]
) -> GimpWindows:
    record_property(HOST, f"gimp {running_windows.version}")
    return running_windows


@pytest.fixture
def gimp(
    gimp_recipe: Recipe,
    open_root: Callable[[Recipe], Root],
    gimp_profile: Path,
    record_property: Callable[[str, object], None],
) -> Gimp:
    found = Gimp(open_root(gimp_recipe), gimp_profile)
    record_property(HOST, f"gimp {found.version}")
    return found


@pytest.fixture(scope="session")
def data(gimp_profile: Path) -> Iterator[Path]:
    """Of a backend that runs outside of the root."""
    folder = gimp_profile / "data"
    shutil.rmtree(folder, ignore_errors=True)
    with running_backend(CommandLine(folder, gimp_profile)):
        yield folder
