from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.e2e import pictures
from velatura_cli.__main__ import run
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
