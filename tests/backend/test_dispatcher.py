"""Cancels and the queue, with a real backend."""

from __future__ import annotations

from tests.backend.live import echo_task, finished_job
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    Cancel,
    CancelledJob,
    Error,
    Finished,
    Priority,
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
