"""The panel's widgets under each Qt: clicked and typed into, without an editor around them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hosts.counts import HOST, INSIDE
from tests.hosts.krita.profile import TREE, copy_tools
from tests.hosts.root.build import Root
from tests.hosts.root.enter import chroot_command
from tests.hosts.root.recipes import Recipe

INNER = Path(__file__).parent / "inside"
LEAST_TESTS = 220
SECONDS = 120


@pytest.mark.host
@pytest.mark.timeout(SECONDS + 30)
def test_the_widgets_do_what_they_show(
    krita_recipe: Recipe,
    open_root: Callable[[Recipe], Root],
    shared: Path,
    record_property: Callable[[str, object], None],
) -> None:
    root = open_root(krita_recipe)
    folder = shared / f"qt-{krita_recipe.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy_tools(folder / "tools")
    command = chroot_command(
        root.folder, ["python3", "-m", "tests.hosts.qt.inside", str(folder / "counts.json")],
        {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": ":".join(
                map(str, (folder / "tools", TREE, TREE / "plugin", TREE / "protocol"))
            ),
        },
        [TREE, shared],
    )  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    counts = json.loads((folder / "counts.json").read_text())
    record_property(HOST, f"qt of krita {root.version('krita')}")
    record_property(INSIDE, counts["passed"])
    assert not ended.returncode, ended.stdout[-6000:] + ended.stderr[-2000:]
    assert counts["passed"] >= LEAST_TESTS
    assert counts["others"] == 0
