"""The panel's widgets in the GTK of GIMP: clicked and typed into, without GIMP around them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.counts import HOST, INSIDE
from tests.hosts.krita.profile import TREE, copy_tools
from tests.hosts.root.build import Root
from tests.hosts.root.recipes import Recipe
from tests.hosts.root.session import session

LEAST_TESTS = 220
SECONDS = 420
_COMPLAINT = re.compile(r"\((?:process|.*python.*):\d+\): \S+-(?:WARNING|CRITICAL) .*")


@pytest.mark.host
@pytest.mark.timeout(SECONDS + 30)
def test_the_widgets_do_what_they_show(
    gimp_recipe: Recipe,
    open_root: Callable[[Recipe], Root],
    shared: Path,
    record_property: Callable[[str, object], None],
) -> None:
    root = open_root(gimp_recipe)
    folder = shared / f"gtk-{gimp_recipe.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy_tools(folder / "tools")
    counts, log = folder / "counts.json", folder / "log"
    with session(root, [TREE, shared], folder) as display:
        command = ["python3", "-m", "tests.hosts.gtk.inside", str(counts)]
        seconds = SECONDS * gimp_recipe.patience
        status = display.run(command, environment(folder), log, seconds)
    said = log.read_text(errors="replace")
    assert not status, said[-6000:]
    found = json.loads(counts.read_text())
    record_property(HOST, f"gtk of gimp {root.version('gimp')}")
    record_property(INSIDE, found["passed"])
    assert found["passed"] >= LEAST_TESTS
    assert found["others"] == 0
    assert _COMPLAINT.findall(said) == [], "GTK had something to say"


def environment(folder: Path) -> dict[str, str]:
    paths = (folder / "tools", TREE, TREE / "plugin", TREE / "protocol")
    return {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(map(str, paths)),
        "GTK_THEME": "Adwaita",
        # No bus to speak to, and none that is to be started.
        "NO_AT_BRIDGE": "1",
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
        "GSETTINGS_BACKEND": "memory",
        "GIO_USE_VFS": "local",
    }
