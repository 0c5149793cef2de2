from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.backend.live import echo_task, served
from velatura_backend.journal.journal import Journal
from velatura_protocol.errors import DiskFull, ErrorCode
from velatura_protocol.messages import (
    Accepted,
    Failed,
    Finished,
    Jobs,
    ListJobs,
    Result,
    Resume,
    ResumePoint,
    Started,
    VariationFailed,
)

LONG = {"seconds": 60.0}


async def stopped_with(tmp_path: Path, **changes) -> None:
    """A backend is stopped while the job ``runs`` runs and ``waits`` waits."""
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("runs", echo_task(parameters=LONG, **changes))
        await client.wait_for(Started, job="runs")
        await client.submit("waits", echo_task())
        await client.wait_for(Accepted, job="waits")


async def test_a_clean_stop_is_an_interruption_too(tmp_path: Path) -> None:
    await stopped_with(tmp_path)
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(Resume("runs"))
        end = await client.end_of("runs")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.INTERRUPTED
        await client.send(Resume("waits"))
        assert isinstance(await client.end_of("waits"), Finished)


async def test_each_job_ends_once_however_often_it_starts(tmp_path: Path) -> None:
    await stopped_with(tmp_path)
    # Resumed in the greeting: what a job that goes on says between the welcome and a later
    # message would come again with the replay.
    both = (ResumePoint("waits"), ResumePoint("runs"))
    for _ in range(3):
        async with served(tmp_path) as backend, backend.client(resume=both) as client:
            await client.end_of("waits")
            await client.end_of("runs")
            for job in ("runs", "waits"):
                ends = [e for e in client.story(job) if isinstance(e, Failed | Finished)]
                assert len(ends) == 1
                seqs = [e.seq for e in client.story(job)]
                assert seqs == sorted(set(seqs))


async def test_good_variations_make_it_a_finished_job(tmp_path: Path) -> None:
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        task = echo_task(variations=3, parameters={"seconds": 0.3})
        await client.submit("job", task)
        await client.wait_for(Result)
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(Resume("job"))
        assert isinstance(await client.end_of("job"), Finished)
        good = {e.variation.index for e in client.seen(Result)}
        lost = {e.index for e in client.seen(VariationFailed)}
        assert 0 in good
        assert good | lost == {0, 1, 2}
        assert not good & lost


async def test_a_queued_job_whose_pixels_are_gone_fails(tmp_path: Path) -> None:
    await stopped_with(tmp_path)
    for path in (tmp_path / "data" / "blobs").iterdir():
        path.unlink()
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(Resume("waits"))
        end = await client.end_of("waits")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.INTERRUPTED


async def test_a_damaged_journal_starts_empty(tmp_path: Path) -> None:
    await stopped_with(tmp_path)
    (tmp_path / "data" / "journal.sqlite3").write_bytes(b"damage" * 1000)
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(ListJobs(1))
        assert (await client.wait_for(Jobs)).jobs == ()
        log = (backend.config.data_directory / "backend.log").read_text()
        assert "damaged" in log
    assert list((tmp_path / "data").glob("journal.sqlite3.damaged-*"))
    (kept,) = (tmp_path / "data").glob("blobs.damaged-*")
    assert len(list(kept.iterdir())) == 2, "crop and mask"


async def test_a_backend_starts_and_tells_ends_although_it_cannot_record_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stopped_with(tmp_path)
    append = Journal.append

    def full(*_: object) -> None:
        raise DiskFull

    monkeypatch.setattr(Journal, "append", full)
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(Resume("runs"))
        end = await client.end_of("runs")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.INTERRUPTED
        monkeypatch.setattr(Journal, "append", append)
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(Resume("runs"))
        assert await client.end_of("runs") == end, "recorded at the stop, and the same"


async def test_good_variations_of_a_job_nobody_can_read_any_more_stay(tmp_path: Path) -> None:
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(variations=3, parameters={"seconds": 0.3}))
        await client.wait_for(Result)
    connection = sqlite3.connect(tmp_path / "data" / "journal.sqlite3")
    with connection:
        connection.execute("UPDATE jobs SET submit = x'00'")
    connection.close()
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(Resume("job"))
        assert isinstance(await client.end_of("job"), Finished)
        assert client.seen(Result)


async def test_a_job_nobody_can_read_any_more_fails(tmp_path: Path) -> None:
    await stopped_with(tmp_path)
    connection = sqlite3.connect(tmp_path / "data" / "journal.sqlite3")
    with connection:
        connection.execute("UPDATE jobs SET submit = x'00'")
    connection.close()
    async with served(tmp_path) as backend, backend.client() as client:
        for job in ("waits", "runs"):
            await client.send(Resume(job))
            assert isinstance(await client.end_of(job), Failed)
