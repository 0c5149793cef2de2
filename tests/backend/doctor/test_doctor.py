from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.support.model_manifests import WEIGHTS
from velatura_backend.doctor import doctor
from velatura_backend.doctor.doctor import (
    Check,
    Status,
    as_plain,
    check_cache,
    check_damaged,
    check_data_directory,
    check_models,
    check_packages,
    check_space,
    check_work,
    is_well,
    report,
    run_checks,
)
from velatura_backend.executors.engine_check import Answer
from velatura_backend.executors.pipe import WorkerSettings
from velatura_backend.executors.self_test import SelfTestResult
from velatura_backend.journal.file import open_or_replace
from velatura_backend.journal.journal import JOURNAL_FILE
from velatura_backend.models.importing import import_models
from velatura_backend.models.store import ModelStore
from velatura_protocol.errors import EngineError
from velatura_protocol.tasks import Operation

as_user = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="nothing is closed to root"
)


@pytest.mark.slow
def test_this_installation_is_well(tmp_path: Path) -> None:
    checks = run_checks(tmp_path / "data", WorkerSettings(warm=False))
    assert is_well(checks), report(checks)
    assert len({check.id for check in checks}) == len(checks)
    job = next(check for check in checks if check.id == "job")
    assert float(job.values["seconds_work"]) > 0
    assert json.loads(json.dumps(as_plain(checks)))[0]["id"] == "python"


def test_what_is_wrong_comes_with_a_remedy() -> None:
    checks = (
        Check("a", "Here", Status.GOOD, "fine"),
        Check("b", "There", Status.BAD, "broken", "Mend it."),
    )
    assert not is_well(checks)
    assert report(checks).splitlines() == ["ok  Here: fine", "NO  There: broken", "      Mend it."]


def test_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("velatura_backend.doctor.doctor._PACKAGES", ("no-such-package",))
    check = check_packages()
    assert check.status is Status.BAD
    assert "no-such-package" in check.found


def test_a_file_where_the_data_should_be(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_text("in the way")
    check = check_data_directory(path)
    assert check.status is Status.BAD
    assert str(path) in check.remedy


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("velatura_backend.doctor.doctor._NO_SPACE", 1 << 80)
    assert check_space(tmp_path).status is Status.BAD
    monkeypatch.undo()
    monkeypatch.setattr("velatura_backend.doctor.doctor._LITTLE_SPACE", 1 << 80)
    assert check_space(tmp_path / "not" / "there" / "yet").status is Status.WARNING


def test_a_damaged_journal_is_told_of(tmp_path: Path) -> None:
    assert check_damaged(tmp_path / "not-there-yet").status is Status.GOOD
    assert check_damaged(tmp_path).status is Status.GOOD
    (tmp_path / "blobs").mkdir()
    (tmp_path / JOURNAL_FILE).write_bytes(b"this was a database" * 1000)
    open_or_replace(tmp_path / JOURNAL_FILE)[0].close()
    check = check_damaged(tmp_path)
    assert check.status is Status.WARNING
    assert "blobs.damaged-1, journal.sqlite3.damaged-1" in check.remedy
    assert check.values == {"kept": 2}


def test_a_cache_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_text("in the way")
    assert check_cache(path).status is Status.WARNING


@as_user
def test_a_read_only_cache(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert check_cache(tmp_path / "cache").status is Status.WARNING


def test_a_worker_that_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no job then; the check says which error it was."""
    from velatura_backend.doctor import doctor

    async def failing(worker: WorkerSettings) -> None:
        from velatura_protocol.errors import WorkerLost

        await asyncio.sleep(0)
        raise WorkerLost(exit_code=-9)

    monkeypatch.setattr(doctor, "_try_out", failing)
    job, engines = check_work(WorkerSettings())
    assert (job.status, engines.status) == (Status.BAD, Status.WARNING)
    assert job.values == {"error": "worker_lost", "exit_code": -9}


def test_an_engine_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from velatura_backend.doctor import doctor

    right = SelfTestResult(1.0, 0.5, True, 2)
    good = Answer("builtin_fill", Operation.FILL, 0.25)
    bad = Answer("builtin_tile", Operation.TILE, 0.5, EngineError(engine="tile", kind="OSError"))

    async def tried(worker: WorkerSettings, answers: tuple[Answer, ...]) -> object:
        await asyncio.sleep(0)
        return right, answers

    monkeypatch.setattr(doctor, "_try_out", lambda worker: tried(worker, (good, bad)))
    job, engines = check_work(WorkerSettings())
    assert (job.status, engines.status) == (Status.GOOD, Status.BAD)
    assert "builtin_tile failed" in engines.found
    assert "builtin_fill" not in engines.found
    assert engines.values["builtin_fill"] == 0.25
    monkeypatch.setattr(doctor, "_try_out", lambda worker: tried(worker, (good,)))
    _, engines = check_work(WorkerSettings())
    assert (engines.status, engines.found) == (Status.GOOD, "builtin_fill (0.2 s)")


def test_models_are_counted_and_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "is_profile_installed", lambda: True)
    assert check_models(tmp_path).found == "none installed"
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "vae.safetensors").write_bytes(WEIGHTS)
    import_models(ModelStore(tmp_path / "models"), folder)
    check = check_models(tmp_path)
    assert (check.status, check.found) == (Status.GOOD, "1, 0 MiB")
    (folder / "vae.safetensors").write_bytes(WEIGHTS[:-1])
    check = check_models(tmp_path)
    assert (check.status, check.found) == (Status.WARNING, "files are missing or cut off: vae")
    assert "velatura models remove vae" in check.remedy


def test_models_that_nothing_can_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "is_profile_installed", lambda: False)
    (tmp_path / "vae.safetensors").write_bytes(WEIGHTS)
    import_models(ModelStore(tmp_path / "models"), tmp_path / "vae.safetensors")
    check = check_models(tmp_path)
    assert check.status is Status.WARNING
    assert "--with diffusion" in check.remedy
