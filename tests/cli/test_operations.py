"""Whole commands inside this process, with a real backend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e import pictures
from velatura_cli.dispatch import run

U8 = np.dtype(np.uint8)
ECHO = ("--engine", "echo")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, a mask, a broken picture."""
    for seed, name in enumerate(("a.png", "b.png")):
        pictures.save(tmp_path / name, pictures.photo(20, 30, U8, 3, seed))
    pictures.save_mask(tmp_path / "mask.png", pictures.blob_mask(20, 30))
    (tmp_path / "broken.png").write_bytes(b"")
    (tmp_path / "out").mkdir()
    return tmp_path


def fill(folder: Path, *names: str, output: str, more: tuple[str, ...] = ()) -> int:
    images = [str(folder / name) for name in names]
    mask = ("--mask", str(folder / "mask.png"))
    return run(["fill", *images, *mask, "-o", str(folder / output), *ECHO, *more])


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_several_pictures_one_after_another(
    backend: psutil.Process, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fill(folder, "a.png", "b.png", output="out", more=("--json",)) == 0
    told = capfd.readouterr()
    assert told.err == ""
    assert [each["paths"] for each in events(told.out) if each["event"] == "done"] == [
        [str(folder / "out" / "a.png")],
        [str(folder / "out" / "b.png")],
    ]


def test_several_variations_are_numbered_and_reproducible(
    backend: psutil.Process, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fill(folder, "a.png", output="o.png", more=("--variations", "3", "--json")) == 0
    told = events(capfd.readouterr().out)
    assert [each["seed"] for each in told if each["event"] == "result"] == [0, 1, 2]
    names = sorted(path.name for path in folder.glob("o-*.png"))
    assert names == ["o-1.png", "o-2.png", "o-3.png"]
    (done,) = [each for each in told if each["event"] == "done"]
    assert done["paths"] == [str(folder / name) for name in names]


def test_one_bad_picture_does_not_spoil_the_others(
    backend: psutil.Process, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fill(folder, "broken.png", "a.png", output="out", more=("--json",)) == 2
    told = capfd.readouterr()
    assert "broken.png" in told.err
    assert events(told.out)[0]["event"] == "failed"
    assert (folder / "out" / "a.png").exists()
    assert not (folder / "out" / "broken.png").exists()


def test_the_worst_failure_decides(
    backend: psutil.Process, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    more = ("--param", "fail=no_source")
    assert fill(folder, "a.png", "broken.png", output="out", more=more) == 3
    assert len(capfd.readouterr().err.splitlines()) == 2


def test_a_picture_may_be_its_own_output(backend: psutil.Process, folder: Path) -> None:
    before = pictures.load(folder / "a.png")
    assert fill(folder, "a.png", output="a.png") == 0
    assert fill(folder, "a.png", output="a.png") == 0
    assert (pictures.load(folder / "a.png") == before).all()


def test_what_is_transparent_becomes_opaque(backend: psutil.Process, folder: Path) -> None:
    samples = pictures.photo(20, 30, U8, 4)
    samples[..., 3] = 255 - pictures.blob_mask(20, 30, soft=True)
    path = pictures.save(folder / "hole.png", samples)
    out = str(folder / "o.png")
    assert run(["fill", str(path), "--mask", "alpha", "-o", out]) == 0
    made = pictures.load(folder / "o.png")
    assert (made[..., 3] == 255).all()
    seen = samples[..., 3] == 255
    assert (made[seen] == samples[seen]).all()


def test_what_is_removed_leaves_transparency_behind(backend: psutil.Process, folder: Path) -> None:
    samples = np.zeros((64, 64, 4), U8)
    samples[16:48, 16:48] = (200, 20, 40, 255)
    path = pictures.save(folder / "logo.png", samples)
    mask = np.zeros((64, 64), U8)
    mask[12:52, 12:52] = 255
    drawn, out = pictures.save_mask(folder / "square.png", mask), folder / "o.png"
    made = ["fill", str(path), "--mask", str(drawn), "-o", str(out), "--intent", "remove"]
    assert run(made) == 0
    assert not pictures.load(out)[..., 3].any()


def test_what_is_protected_stays_whatever_the_edge(backend: psutil.Process, folder: Path) -> None:
    before = pictures.load(folder / "a.png")
    protected = np.zeros(before.shape[:2], U8)
    protected[:, : before.shape[1] // 2] = 255
    path = pictures.save_mask(folder / "protect.png", protected)
    more = ("--edge", "grow=30", "--input", f"protect={path}")
    assert fill(folder, "a.png", output="o.png", more=more) == 0
    made = pictures.load(folder / "o.png")
    assert (made[protected > 0] == before[protected > 0]).all()
    assert (made[protected == 0] != before[protected == 0]).any()


def test_another_suffix_converts(backend: psutil.Process, folder: Path) -> None:
    for name in ("o.tif", "o.webp", "o.jpg"):
        assert fill(folder, "a.png", output=name) == 0
        assert pictures.load(folder / name).shape == (20, 30, 3)


def test_previews_are_told_of(
    backend: psutil.Process, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    more = ("--json", "--param", "previews=3", "--param", "seconds=0.6")
    assert fill(folder, "a.png", output="o.png", more=more) == 0
    told = events(capfd.readouterr().out)
    assert [each["region"] for each in told if each["event"] == "preview"]


@given(data=st.data())
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_outside_the_mask_nothing_changes(
    backend: psutil.Process, tmp_path: Path, data: st.DataObject
) -> None:
    """Hard, soft, empty, full and one-pixel masks of any size, in every kind of file."""
    kind = data.draw(st.sampled_from(pictures.FORMATS))
    height, width = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    samples = pictures.photo(
        height,
        width,
        pictures.dtype_of(kind),
        pictures.channels_of(kind),
        data.draw(st.integers(0, 9)),
    )
    path = pictures.save(tmp_path / f"in{pictures.suffix_of(kind)}", samples)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(data.draw(st.integers(0, 3))):
        top, left = data.draw(st.integers(0, height)), data.draw(st.integers(0, width))
        mask[top : top + data.draw(st.integers(1, 40)), left:] = data.draw(st.integers(0, 255))
    drawn = pictures.save_mask(tmp_path / "mask.png", mask)
    out = tmp_path / f"out{pictures.suffix_of(kind)}"
    out.unlink(missing_ok=True)
    edge = data.draw(st.sampled_from(["exact", "grow=2", "feather=3"]))
    code = run(["fill", str(path), "--mask", str(drawn), "-o", str(out), "--edge", edge, *ECHO])
    assert code == (0 if mask.any() else 2)
    assert out.exists() == bool(mask.any())
    if not out.exists():
        return
    made = pictures.load(out)
    assert (made.dtype, made.shape) == (samples.dtype, samples.shape)
    reach = 0 if edge == "exact" else 3
    touched = np.zeros_like(mask, bool)
    for y, x in np.argwhere(mask):
        touched[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1] = True
    assert made[~touched].tobytes() == samples[~touched].tobytes()


def test_a_picture_is_not_overwritten_with_what_is_made_beside_the_result(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = (folder / "a.png").rename(folder / "o-source-map.png")
    before = picture.read_bytes()
    asked = ("fill", str(picture), "--mask", str(folder / "mask.png"), "-o", str(folder / "o.png"))
    assert run([*asked, "--engine", "builtin_fill", "--param", "source_map=true"]) == 2
    assert "o-source-map.png: would be overwritten" in capfd.readouterr().err
    assert picture.read_bytes() == before
    assert not (folder / "o.png").exists()
