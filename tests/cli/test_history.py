from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.e2e import pictures
from velatura_cli.dispatch import run
from velatura_cli.history import open_history


def a_job(folder: Path) -> str:
    photo = pictures.save(folder / "p.png", pictures.photo(12, 12, np.dtype(np.uint8), 3))
    mask = pictures.save_mask(folder / "m.png", pictures.blob_mask(12, 12))
    out = str(folder / "o.png")
    assert run(["fill", str(photo), "--mask", str(mask), "-o", out, "--engine", "echo"]) == 0
    with open_history() as history:
        return history.jobs()[0].job


def test_jobs_of_everybody_are_seen(
    backend: psutil.Process, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    job = a_job(tmp_path)
    assert run(["jobs", "list"]) == 0
    assert job[:12] in capfd.readouterr().out
    assert run(["jobs", "list", "--json"]) == 0
    (listed, *_) = json.loads(capfd.readouterr().out)
    assert (listed["job"], listed["state"], listed["engine"]) == (job, "finished", "echo")
    assert run(["jobs", "show", job[:10]]) == 0
    assert "finished" in capfd.readouterr().out


def test_clearing_one_and_all(
    backend: psutil.Process, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second = a_job(tmp_path), a_job(tmp_path)
    capfd.readouterr()
    assert run(["jobs", "clear", first, "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"cleared": 1}
    with open_history() as history:
        left = [job.job for job in history.jobs()]
    assert second in left
    assert first not in left
    assert run(["jobs", "clear"]) == 0
    with open_history() as history:
        assert history.jobs() == ()
        assert history.forget([]) == 0
    assert run(["jobs", "show", second]) == 2


def test_results_are_exported_as_layers(
    backend: psutil.Process, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    samples = pictures.photo(40, 50, np.dtype(np.uint16), 3)
    icc = pictures.icc_profile()
    photo = pictures.save(tmp_path / "p.png", samples, icc=icc)
    mask = pictures.blob_mask(40, 50, soft=True)
    drawn = pictures.save_mask(tmp_path / "m.png", mask)
    out = str(tmp_path / "o.png")
    command = ["fill", str(photo), "--mask", str(drawn), "-o", out, "--engine", "echo"]
    assert run([*command, "--variations", "2"]) == 0
    with open_history() as history:
        job = history.jobs()[0].job
    capfd.readouterr()
    assert run(["jobs", "export", job, "-o", str(tmp_path), "--json"]) == 0
    exported = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [each["seed"] for each in exported] == [0, 1]
    for each in exported:
        layer = pictures.load(Path(each["path"]))
        x, y, width, height = each["region"]
        inside = (slice(y, y + height), slice(x, x + width))
        assert layer.dtype == np.uint16
        assert (layer[..., :3] == 65535 - samples[inside]).all()
        assert (layer[..., 3] == mask[inside].astype(np.uint16) * 257).all()
        assert pictures.metadata(Path(each["path"]), "icc-profile-data") == icc


def test_what_cannot_be_exported(backend: psutil.Process, tmp_path: Path) -> None:
    job = a_job(tmp_path)
    assert run(["jobs", "export", job, "-o", str(tmp_path / "missing")]) == 2
    assert run(["jobs", "export", "nothing", "-o", str(tmp_path)]) == 2
    photo, mask = str(tmp_path / "p.png"), str(tmp_path / "m.png")
    more = ["-o", str(tmp_path / "o.png"), "--engine", "echo", "--param", "fail=no_source"]
    assert run(["fill", photo, "--mask", mask, *more]) == 3
    with open_history() as history:
        failed = history.jobs()[0].job
    assert run(["jobs", "export", failed, "-o", str(tmp_path)]) == 2
