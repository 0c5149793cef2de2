from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.executors.base import StoredBlob, WorkPreview
from velatura_backend.jobs.previews import PreviewSlots, SharedPreview
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT


@pytest.fixture
def slots() -> PreviewSlots:
    return PreviewSlots(lambda: None)


def preview(tmp_path: Path, name: str, holders: int = 1, *, variation: int = 0) -> SharedPreview:
    path = tmp_path / name
    path.write_bytes(b"x")
    blob = StoredBlob(path, Size(1, 1), MASK_FORMAT, "")
    job = name.split("-")[0]
    return SharedPreview(job, WorkPreview(variation, Rect(0, 0, 1, 1), blob), holders)


def test_the_newest_of_a_variation_wins(slots: PreviewSlots, tmp_path: Path) -> None:
    slots.offer(preview(tmp_path, "j-1"))
    newest = preview(tmp_path, "j-2")
    slots.offer(newest)
    assert not (tmp_path / "j-1").exists()
    assert slots.take() is newest
    assert slots.take() is None


def test_variations_and_jobs_do_not_displace_each_other(
    slots: PreviewSlots, tmp_path: Path
) -> None:
    offered = [
        preview(tmp_path, "j-0"),
        preview(tmp_path, "j-1", variation=1),
        preview(tmp_path, "k-0"),
    ]
    for each in offered:
        slots.offer(each)
    assert [slots.take() for _ in offered] == offered


def test_a_file_goes_when_the_last_holder_lets_go(tmp_path: Path) -> None:
    shared = preview(tmp_path, "j", holders=2)
    shared.let_go()
    assert (tmp_path / "j").exists()
    shared.let_go()
    assert not (tmp_path / "j").exists()


def test_nobody_s_preview_goes_at_once(tmp_path: Path) -> None:
    preview(tmp_path, "j", holders=0)
    assert not (tmp_path / "j").exists()


def test_the_end_of_a_job_drops_its_previews(slots: PreviewSlots, tmp_path: Path) -> None:
    slots.offer(preview(tmp_path, "j"))
    other = preview(tmp_path, "k")
    slots.offer(other)
    slots.drop("j")
    assert not (tmp_path / "j").exists()
    assert slots.take() is other


def test_clearing_drops_all(slots: PreviewSlots, tmp_path: Path) -> None:
    slots.offer(preview(tmp_path, "j"))
    slots.clear()
    assert list(tmp_path.iterdir()) == []
