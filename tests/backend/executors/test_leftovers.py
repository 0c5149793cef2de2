from __future__ import annotations

import os
from pathlib import Path

from velatura_backend.executors.leftovers import new_path, remove_leftovers


def test_only_what_the_dead_one_kept_to_itself_goes(tmp_path: Path) -> None:
    announced, kept, other = new_path(tmp_path), new_path(tmp_path), tmp_path / "w1-other"
    for path in (announced, kept, other):
        path.touch()
    remove_leftovers(tmp_path, os.getpid(), {announced})
    assert set(tmp_path.iterdir()) == {announced, other}


def test_names_are_never_the_same(tmp_path: Path) -> None:
    assert len({new_path(tmp_path) for _ in range(100)}) == 100
