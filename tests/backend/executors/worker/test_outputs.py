from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import RGBA8, digest_of
from velatura_backend.executors.worker import outputs
from velatura_backend.executors.worker.outputs import ResultWriter
from velatura_protocol.errors import Cancelled
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import MASK_FORMAT


def nothing() -> None:
    return


SIZE = Size(30, 20)
PICTURE = np.arange(2400, dtype=np.uint32).astype(np.uint8).reshape(20, 30, 4)


def test_bands_make_one_file(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path, nothing)
    blob = writer.write(SIZE, RGBA8, [PICTURE[:7], PICTURE[7:]])
    assert blob.path.read_bytes() == PICTURE.tobytes()
    assert blob.digest == digest_of(PICTURE.tobytes())
    if os.name == "posix":
        assert blob.path.stat().st_mode & 0o777 == 0o600


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(outputs.os, "write", lambda fd, data: real(fd, data[:100]))
    blob = ResultWriter(tmp_path, nothing).write(SIZE, RGBA8, [PICTURE])
    assert blob.path.read_bytes() == PICTURE.tobytes()


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, data: memoryview) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(outputs.os, "write", full)
    with pytest.raises(OSError, match="full"):
        ResultWriter(tmp_path, nothing).write(SIZE, RGBA8, [PICTURE])
    assert not list(tmp_path.iterdir())


def test_bands_that_do_not_add_up(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bytes"):
        ResultWriter(tmp_path, nothing).write(SIZE, RGBA8, [PICTURE[:7]])
    assert not list(tmp_path.iterdir())


def test_a_cancel_leaves_nothing(tmp_path: Path) -> None:
    def cancelled() -> None:
        raise Cancelled(phase="delivering")

    with pytest.raises(Cancelled):
        ResultWriter(tmp_path, cancelled).write(SIZE, RGBA8, [PICTURE])
    assert not list(tmp_path.iterdir())


def test_what_was_handed_over_is_not_discarded(tmp_path: Path) -> None:
    writer = ResultWriter(tmp_path, nothing)
    first = writer.write(SIZE, RGBA8, [PICTURE])
    assert writer.hand_over() == (first,)
    writer.write(SIZE, RGBA8, [PICTURE])
    writer.discard()
    assert list(tmp_path.iterdir()) == [first.path]


def test_digest_and_disk_keep_up_with_many_bands(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).integers(0, 256, (40, 1 << 19, 1), np.uint8)
    size = Size(1 << 19, 40)
    blob = ResultWriter(tmp_path, nothing).write(size, MASK_FORMAT, np.split(rows, 8))
    assert blob.path.read_bytes() == rows.tobytes()
    assert blob.digest == digest_of(rows.tobytes())
