"""How orders become stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.doubles import Broken, LostAfterOne, SaysItTwice, Silent
from tests.backend.live import SIZE, echo_task, finished_job, previewed, served
from velatura_backend.jobs import runner
from velatura_backend.journal.blobstore import BlobStore
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.records import NO_CHANGE, Change
from velatura_protocol.errors import DiskFull, ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.messages import (
    Failed,
    Finished,
    Preview,
    Progress,
    Result,
    Started,
    VariationFailed,
)


async def test_variations_come_one_by_one(backend) -> None:
    async with backend.client() as client:
        await finished_job(client, variations=3)
        assert [e.variation.index for e in client.seen(Result)] == [0, 1, 2]


async def test_previews_are_shown_and_never_after_the_end(backend) -> None:
    async with backend.client() as client:
        task = echo_task(parameters={"previews": 20, "seconds": 0.3}, preview=previewed())
        await client.upload_echo_inputs()
        await client.submit("job", task)
        await client.end_of("job")
        previews = client.seen(Preview)
        assert previews
        # The result may have come while the last one was on its way.
        shown = [client.blobs[p.blob] for p in previews if p.blob in client.blobs]
        assert {len(data) for data in shown} == {SIZE.area * 4}
        events = client.events
        assert events.index(previews[-1]) < events.index(client.seen(Result)[0])


@pytest.mark.parametrize(
    ("how", "code"),
    [("no_source", ErrorCode.NO_SOURCE), ("unexpected", ErrorCode.ENGINE_ERROR)],
)
async def test_a_failure_is_told_by_name(backend, how: str, code: ErrorCode) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"fail": how}))
        end = await client.end_of("job")
        assert isinstance(end, Failed)
        assert end.error.code is code


async def test_one_bad_variation_does_not_spoil_the_rest(tmp_path: Path) -> None:
    async with served(tmp_path, LostAfterOne) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(variations=3))
        assert isinstance(await client.end_of("job"), Finished)
        assert [e.index for e in client.seen(VariationFailed)] == [1, 2]


@pytest.mark.parametrize("executor", [Silent, Broken])
async def test_an_executor_that_breaks_its_word_costs_one_job(tmp_path: Path, executor) -> None:
    async with served(tmp_path, executor) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        for job in ("one", "two"):
            await client.submit(job, echo_task())
            end = await client.end_of(job)
            assert isinstance(end, Failed)
            assert end.error.code is ErrorCode.ENGINE_ERROR


async def test_a_result_that_finds_no_room_fails_by_name(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(self: BlobStore) -> None:
        raise DiskFull

    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("full", echo_task(parameters={"seconds": 0.2}))
        await client.wait_for(Started)
        monkeypatch.setattr(BlobStore, "flush", no_room)
        end = await client.end_of("full")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.DISK_FULL
        monkeypatch.undo()
        await client.submit("after", echo_task())
        assert isinstance(await client.end_of("after"), Finished)


async def test_work_folders_go_with_their_orders(tmp_path: Path) -> None:
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        task = echo_task(parameters={"previews": 3}, preview=previewed())
        await client.submit("job", task)
        await client.end_of("job")
    assert list((tmp_path / "data" / "work").iterdir()) == []


async def test_an_estimate_comes_with_the_progress(backend) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 0.4, "previews": 8}))
        await client.end_of("job")
        etas = [e.eta for e in client.seen(Progress) if e.eta is not None]
        assert etas
        assert min(etas) >= 0.0


async def test_the_start_of_a_long_job_is_on_the_disk_soon(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut may be its own doing: then it must not be run again by itself."""
    flushed: list[JobState] = []
    flush = Journal.flush

    def seen(journal: Journal) -> None:
        row = journal.job("long")
        assert row is not None
        flushed.append(row.state)
        flush(journal)

    monkeypatch.setattr(Journal, "flush", seen)
    monkeypatch.setattr(runner, "_DURABLE_AFTER", 0.2)
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("long", echo_task(parameters={"seconds": 0.6}))
        assert isinstance(await client.end_of("long"), Finished)
        assert flushed == [JobState.RUNNING]


async def test_a_result_that_comes_twice_counts_once(tmp_path: Path) -> None:
    async with served(tmp_path, SaysItTwice) as backend, backend.client() as client:
        await finished_job(client, variations=2)
        assert [e.variation.index for e in client.seen(Result)] == [0, 1]


async def test_a_journal_without_room_for_a_result_fails_that_variation(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def no_room_for_results(self: Journal, job: str, event, change: Change = NO_CHANGE) -> None:
        if change.good:
            raise DiskFull
        append(self, job, event, change)

    async with backend.client() as client:
        monkeypatch.setattr(Journal, "append", no_room_for_results)
        await client.upload_echo_inputs()
        await client.submit("job", echo_task())
        end = await client.end_of("job")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.DISK_FULL
        assert [e.index for e in client.seen(VariationFailed)] == [0]


async def test_a_start_that_cannot_be_recorded_stops_the_order(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def no_room_for_starts(self: Journal, job: str, event, change: Change = NO_CHANGE) -> None:
        if change.state is JobState.RUNNING:
            raise DiskFull
        append(self, job, event, change)

    async with backend.client() as client:
        await client.upload_echo_inputs()
        monkeypatch.setattr(Journal, "append", no_room_for_starts)
        await client.submit("job", echo_task(parameters={"seconds": 60.0}))
        end = await client.end_of("job")
        assert isinstance(end, Failed)
        assert end.error.code is ErrorCode.DISK_FULL
        monkeypatch.undo()
        await client.submit("next", echo_task())
        assert isinstance(await client.end_of("next"), Finished)
