from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from velatura_backend.journal.ballast import BALLAST_BYTES, Ballast


def test_it_is_taken_once_and_given_up_once(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path)
    ballast.load()
    ballast.load()
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [BALLAST_BYTES]
    assert ballast.drop()
    assert not ballast.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    Ballast(tmp_path).load()
    assert list(tmp_path.iterdir()) == []
