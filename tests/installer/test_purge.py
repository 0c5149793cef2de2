from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installer import lock, purge
from installer.locations import Checkout
from installer.trouble import Trouble


def fill(folder: Path) -> None:
    for name in ("blobs/ab/abc", "models/a.safetensors", "journal.sqlite3", "journal.sqlite3-wal"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_everything_of_ours_goes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    fill(folder)
    names = [path.name for path in purge.data(folder)]
    assert names == ["blobs", "journal.sqlite3", "journal.sqlite3-wal", "models"]
    assert not folder.exists()


def test_what_was_set_aside_as_damaged_goes_too(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for name in ("blobs.damaged-1", "blobs.damaged-2"):
        (folder / name).mkdir(parents=True)
    (folder / "journal.sqlite3.damaged-1").touch()
    purge.data(folder)
    assert not folder.exists()


def test_logs_of_editors_and_settings_that_were_moved_aside_go_too(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    logs = ("backend.log", "backend-start.log", "krita-plugin.log", "gimp-plugin.log.1")
    for name in (*logs, "plugin.json", "plugin.broken.json"):
        (folder / name).touch()
    purge.data(folder)
    assert not folder.exists()


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "holiday.jpg").touch()
    purge.data(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    fill(elsewhere)
    folder.mkdir()
    (folder / "models").symlink_to(elsewhere / "models")
    purge.data(folder)
    assert not folder.exists()
    assert (elsewhere / "models" / "a.safetensors").exists()


def test_no_folder_is_no_trouble(tmp_path: Path) -> None:
    assert purge.data(tmp_path / "none") == []


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    with (tmp_path / "backend.lock").open("w") as handle:
        handle.write("4711")
        handle.flush()
        assert lock.take(handle)
        with pytest.raises(Trouble, match=r"\(process 4711\) is at work"):
            purge.data(tmp_path)
    assert (tmp_path / "journal.sqlite3").exists()
    purge.data(tmp_path)


def test_kernels_of_this_checkout_go_and_others_stay(checkout: Checkout, tmp_path: Path) -> None:
    """With a kernel that numba itself compiled and kept."""
    source = checkout.kernels / "kernel.py"
    source.write_text("import numba\n@numba.njit(cache=True)\ndef f(x): return x\nf(1)\n")
    cache = tmp_path / "cache"
    other = cache / "numba" / "builtin_0123"
    other.mkdir(parents=True)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache / "numba")}
    subprocess.run([sys.executable, source], env=environment, check=True)
    assert len(list((cache / "numba").iterdir())) == 2

    purge.kernels(checkout, cache)
    assert list((cache / "numba").iterdir()) == [other]
    other.rmdir()
    purge.kernels(checkout, cache)
    assert not cache.exists()
