"""Cancels and the queue, with a real backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.live import echo_task, finished_job, served
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.records import Change, StoredEvent
from velatura_protocol.errors import DiskFull, ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    Cancel,
    CancelledJob,
    Error,
    Finished,
    Jobs,
    Limits,
    ListJobs,
    Priority,
    Queued,
    Resume,
    Started,
    Submit,
)


async def test_cancel_while_it_runs(backend) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 60.0}))
        await client.wait_for(Started)
        await client.send(Cancel("job"))
        end = await client.end_of("job")
        assert isinstance(end, CancelledJob)


async def test_cancel_while_queued_leaves_the_running_one(backend) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("runs", echo_task(parameters={"seconds": 60.0}))
        await client.wait_for(Started, job="runs")
        await client.submit("waits", echo_task())
        accepted = await client.wait_for(Accepted, job="waits")
        assert accepted.ahead == 1
        await client.send(Cancel("waits"))
        end = await client.end_of("waits")
        assert end == CancelledJob("waits", end.seq, Phase.QUEUED)
        assert not client.seen(CancelledJob, job="runs")
        await client.send(Cancel("runs"))
        await client.end_of("runs")


async def test_cancel_while_uploading(backend) -> None:
    async with backend.client() as client:
        await client.submit("job", echo_task())
        await client.send(Cancel("job"))
        end = await client.end_of("job")
        assert end == CancelledJob("job", 1, Phase.UPLOADING)
        assert backend.backend.services.dispatcher.is_idle


async def test_cancelling_an_ended_job_changes_nothing(backend) -> None:
    async with backend.client() as client:
        job = await finished_job(client)
        count = len(client.events)
        await client.send(Cancel(job))
        await client.send(Cancel("unknown"))
        await client.wait_for(Error, job="unknown")
        assert len(client.events) == count + 1


async def test_live_jobs_coalesce(backend) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        for n in range(3):
            task = echo_task(parameters={"seconds": 30.0 if n < 2 else 0.0})
            await client.send(Submit(f"live{n}", task, Priority.LIVE, "stroke"))
        assert isinstance(await client.end_of("live2"), Finished)
        assert isinstance(await client.end_of("live0"), CancelledJob)
        assert isinstance(await client.end_of("live1"), CancelledJob)


async def test_strokes_faster_than_their_pixels_end_before_they_cost_anything(backend) -> None:
    """The oldest is furthest on its way, the newest is the one that is wanted."""
    async with backend.client() as client:
        for n in range(4):
            await client.send(Submit(f"live{n}", echo_task(), Priority.LIVE, "stroke"))
        for n in (1, 2):
            assert await client.end_of(f"live{n}") == CancelledJob(f"live{n}", 1, Phase.UPLOADING)
        assert not client.story("live0")
        assert not client.story("live3")
        await client.upload_echo_inputs()
        assert isinstance(await client.end_of("live3"), Finished)
        ends = [await client.end_of(f"live{n}") for n in range(4)]
        assert [type(end) for end in ends[1:]] == [CancelledJob, CancelledJob, Finished]
        await client.send(ListJobs(1))
        listed = (await client.wait_for(Jobs)).jobs
        assert {each.job for each in listed} == {"live0", "live3"}


async def test_a_stroke_that_was_overtaken_does_not_come_back_as_the_newest(backend) -> None:
    """Its client was cut off before it heard of it, and submits it again."""
    async with backend.client(name="painter") as client:
        for n in range(3):
            await client.send(Submit(f"live{n}", echo_task(), Priority.LIVE, "stroke"))
        await client.end_of("live1")
        await client.upload_echo_inputs()
        await client.wait_for(Accepted, job="live2")
        client.cut()
    async with backend.client(name="painter") as client:
        await client.send(Submit("live1", echo_task(), Priority.LIVE, "stroke"))
        assert await client.end_of("live1") == CancelledJob("live1", 1, Phase.UPLOADING)
        await client.send(Resume("live2", 0))
        assert isinstance(await client.end_of("live2"), Finished)
    async with backend.client(name="stranger") as client:
        await client.send(Submit("live1", echo_task()))
        error = await client.wait_for(Error, job="live1")
        assert error.error.code is ErrorCode.NOT_YOUR_JOB


async def test_clients_take_turns(backend) -> None:
    async with backend.client(name="many") as many, backend.client(name="one") as one:
        await many.upload_echo_inputs()
        await one.upload_echo_inputs()
        await many.submit("m0", echo_task(parameters={"seconds": 0.4}))
        await many.wait_for(Started, job="m0")
        for number in range(1, 4):
            await many.submit(f"m{number}", echo_task())
            await many.wait_for(Accepted, job=f"m{number}")
        await one.submit("o", echo_task())
        assert (await one.wait_for(Accepted, job="o")).ahead == 1
        await many.end_of("m3")
        assert isinstance(await one.end_of("o"), Finished)
        moved = [event.ahead for event in many.seen(Queued, job="m3")]
        assert moved[0] == 4
        assert moved == sorted(moved, reverse=True)


async def test_a_full_queue_refuses_by_name(tmp_path: Path) -> None:
    async with (
        served(tmp_path, limits=Limits(queued_jobs=1)) as backend,
        backend.client() as client,
    ):
        await client.upload_echo_inputs()
        await client.submit("runs", echo_task(parameters={"seconds": 60.0}))
        await client.wait_for(Started)
        await client.submit("waits", echo_task())
        await client.submit("too-many", echo_task())
        error = await client.wait_for(Error, job="too-many")
        assert error.error.code is ErrorCode.LIMIT_EXCEEDED
        assert error.error.params["limit"] == "queued_jobs"


async def test_a_job_survives_a_full_disk_at_its_end(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def full_at_the_end(self: Journal, job: str, event: StoredEvent, change: Change) -> None:
        if change.ended is not None:
            raise DiskFull
        append(self, job, event, change)

    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 0.2}))
        await client.wait_for(Started)
        monkeypatch.setattr(Journal, "append", full_at_the_end)
        assert isinstance(await client.end_of("job"), Finished)
        monkeypatch.undo()
        await client.submit("next", echo_task())
        assert isinstance(await client.end_of("next"), Finished)
