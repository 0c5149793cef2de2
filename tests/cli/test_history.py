from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.cli.test_jobs import summary
from tests.e2e import pictures
from velatura_cli.dispatch import run
from velatura_cli.history import all_pages, open_history
from velatura_protocol.errors import NotFound
from velatura_protocol.messages import JobSummary


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


class Pages:
    """Two at a time of these jobs. ``go``: those that are gone before the second page."""

    def __init__(self, jobs: str, *, go: str = "") -> None:
        self.jobs = jobs
        self._go = go
        self.asked: list[str] = []

    def page(self, before: str) -> tuple[JobSummary, ...]:
        if before:
            self.jobs = "".join(each for each in self.jobs if each not in self._go)
        self.asked.append(before)
        if before and before not in self.jobs:
            raise NotFound(what="job", id=before)
        first = self.jobs.index(before) + 1 if before else 0
        return tuple(map(summary, self.jobs[first : first + 2]))


@pytest.mark.parametrize("jobs", ["", "a", "ab", "abc", "abcde"])
def test_all_pages_make_one_list(jobs: str) -> None:
    pages = Pages(jobs)
    assert [each.job for each in all_pages(pages.page)] == list(jobs)
    assert pages.asked == ["", *jobs[1::2], *jobs[-1:][: len(jobs) % 2]]


@pytest.mark.parametrize("go", ["b", "ab", "bcd", "abcde"])
def test_a_list_goes_on_when_its_last_job_is_gone(go: str) -> None:
    found = [each.job for each in all_pages(Pages("abcde", go=go).page)]
    assert [each for each in found if each not in go] == [
        each for each in "abcde" if each not in go
    ]


def test_a_backend_without_pages_is_asked_twice() -> None:
    asked: list[str] = []

    def page(before: str) -> tuple[JobSummary, ...]:
        asked.append(before)
        return (summary("a"), summary("b"))

    assert [each.job for each in all_pages(page)] == ["a", "b"]
    assert asked == ["", "b"]


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
