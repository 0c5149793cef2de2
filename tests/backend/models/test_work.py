"""Progress over several files, and hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from velatura_backend.models.work import CHUNK, Meter, Step, sha256_of, unheard
from velatura_protocol.errors import Cancelled


def test_a_hash_reports_its_bytes(tmp_path: Path) -> None:
    content = b"x" * (CHUNK + 5)
    (tmp_path / "a").write_bytes(content)
    steps: list[Step] = []
    meter = Meter(steps.append, 2 * len(content))
    for _ in range(2):
        assert sha256_of(tmp_path / "a", meter, "a") == hashlib.sha256(content).hexdigest()
    assert [each.done for each in steps] == [CHUNK, CHUNK + 5, 2 * CHUNK + 5, 2 * CHUNK + 10]
    assert steps[-1] == Step(2 * CHUNK + 10, 2 * CHUNK + 10, "a")


def test_whoever_watches_may_stop_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3 * CHUNK)

    def stop(step: Step) -> None:
        raise Cancelled(phase="models")

    with pytest.raises(Cancelled):
        sha256_of(tmp_path / "a", Meter(stop, 1), "a")
    assert sha256_of(tmp_path / "a", Meter(unheard, 1), "a")
