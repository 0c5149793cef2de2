from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from velatura_backend.doctor import (
    Check,
    Status,
    as_plain,
    check_cache,
    check_data_directory,
    check_job,
    check_packages,
    check_space,
    is_well,
    report,
    run_checks,
)
from velatura_backend.executors.pipe import WorkerSettings

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
    monkeypatch.setattr("velatura_backend.doctor._PACKAGES", ("no-such-package",))
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
    monkeypatch.setattr("velatura_backend.doctor._NO_SPACE", 1 << 80)
    assert check_space(tmp_path).status is Status.BAD
    monkeypatch.undo()
    monkeypatch.setattr("velatura_backend.doctor._LITTLE_SPACE", 1 << 80)
    assert check_space(tmp_path / "not" / "there" / "yet").status is Status.WARNING


def test_a_cache_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_text("in the way")
    assert check_cache(path).status is Status.WARNING


@as_user
def test_a_read_only_cache(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert check_cache(tmp_path / "cache").status is Status.WARNING


def test_a_job_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the engine's module there is no job; the check says which error it was."""
    from velatura_backend import doctor

    async def failing(worker: WorkerSettings) -> None:
        from velatura_protocol.errors import WorkerLost

        await asyncio.sleep(0)
        raise WorkerLost(exit_code=-9)

    monkeypatch.setattr(doctor, "_trial", failing)
    check = check_job(WorkerSettings())
    assert check.status is Status.BAD
    assert check.values == {"error": "worker_lost", "exit_code": -9}
