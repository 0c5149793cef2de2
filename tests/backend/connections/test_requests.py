"""Submitting, resuming, and whose job it is."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from tests.backend.live import echo_task, finished_job
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.reading import JournalReading
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import (
    BlobGet,
    Cancel,
    CancelledJob,
    Done,
    Error,
    Favourite,
    Finished,
    Forget,
    Jobs,
    ListJobs,
    Ping,
    Pong,
    Progress,
    Result,
    Resume,
    ResumePoint,
    Started,
)


async def test_the_same_job_again_changes_nothing(backend) -> None:
    async with backend.client() as client:
        job = await finished_job(client)
        before = client.story(job)
    async with backend.client() as client:
        await client.submit(job, echo_task(seed=99))
        await client.end_of(job)
        assert [e for e in before if not isinstance(e, Progress)] == client.story(job)
        await client.send(ListJobs(1))
        assert len((await client.wait_for(Jobs)).jobs) == 1


async def test_a_bad_task_is_refused_with_its_field(backend) -> None:
    async with backend.client() as client:
        await client.submit("job", echo_task(parameters={"nonsense": 1}))
        error = await client.wait_for(Error, job="job")
        assert error.about == "submit"
        assert error.error.code is ErrorCode.BAD_TASK
        assert error.error.params["field"] == "parameters.nonsense"
        await client.send(Resume("job"))
        unknown = await client.wait_for(Error, about="resume")
        assert unknown.error.code is ErrorCode.NOT_FOUND


async def test_a_dropped_socket_loses_nothing(backend) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 0.3}))
        started = await client.wait_for(Started)
        client.cut()
        await client.until_closed()
    async with backend.client(resume=(ResumePoint("job", started.seq),)) as client:
        assert isinstance(await client.end_of("job"), Finished)
        assert client.story("job")[0].seq > started.seq
        assert client.seen(Result)


async def test_every_connection_of_a_client_hears_its_jobs(backend) -> None:
    async with backend.client() as one, backend.client() as two:
        job = await finished_job(one)
        assert isinstance(await two.end_of(job), Finished)


async def test_other_clients_neither_hear_nor_touch_a_job(backend) -> None:
    async with backend.client(name="one") as one, backend.client(name="two") as two:
        job = await finished_job(one)
        digest = one.seen(Result)[0].variation.layers[0].patches[0].pixels.digest
        await two.send(Resume(job))
        assert (await two.wait_for(Error, about="resume")).error.code is ErrorCode.NOT_YOUR_JOB
        await two.send(Cancel(job))
        assert (await two.wait_for(Error, about="cancel")).error.code is ErrorCode.NOT_YOUR_JOB
        await two.submit(job, echo_task())
        assert (await two.wait_for(Error, about="submit")).error.code is ErrorCode.NOT_YOUR_JOB
        await two.send(BlobGet(digest))
        assert (await two.wait_for(Error, about="blob_get")).error.code is ErrorCode.NOT_FOUND
        await two.send(Favourite(1, job))
        assert (await two.wait_for(Error, request=1)).error.code is ErrorCode.NOT_YOUR_JOB
        await two.send(ListJobs(2))
        assert (await two.wait_for(Jobs, request=2)).jobs == ()
        await two.send(ListJobs(3, everyone=True))
        assert (await two.wait_for(Error, request=3)).error.code is ErrorCode.UNAUTHORISED
        await two.send(Forget(4, (job,)))
        assert (await two.wait_for(Done, request=4)).count == 0
        assert two.story(job) == []


async def test_a_job_whose_upload_broke_off_is_taken_over(backend) -> None:
    async with backend.client() as first, backend.client() as second:
        await first.submit("job", echo_task())
        await first.send(Ping(1))
        await first.wait_for(Pong)
        await second.submit("job", echo_task())
        await second.upload_echo_inputs()
        assert isinstance(await second.end_of("job"), Finished)
        assert isinstance(await first.end_of("job"), Finished)


async def test_the_same_job_from_everywhere_at_once_is_one_job(backend) -> None:
    async with backend.client() as one, backend.client() as two:
        for client in (one, two):
            await client.upload_echo_inputs()
        await asyncio.gather(*(client.submit("job", echo_task()) for client in (one, two) * 3))
        for client in (one, two):
            assert isinstance(await client.end_of("job"), Finished)
        await one.send(ListJobs(1))
        assert len((await one.wait_for(Jobs)).jobs) == 1
        stored = await backend.backend.services.journal.run(lambda j: j.events("job", 0))
        assert len(stored) == 4


async def test_a_journal_that_breaks_leaves_nobody_waiting(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: JournalReading, *arguments: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    async with backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("runs", echo_task(parameters={"seconds": 60.0}))
        await client.wait_for(Started, job="runs")
        monkeypatch.setattr(Journal, "append", broken)
        monkeypatch.setattr(Journal, "accept", broken)
        await client.submit("new", echo_task())
        assert (await client.wait_for(Error, job="new")).error.code is ErrorCode.INTERRUPTED
        await client.send(Cancel("runs"))
        assert isinstance(await client.end_of("runs"), CancelledJob)
        monkeypatch.setattr(JournalReading, "blob_of", broken)
        await client.send(BlobGet("a" * 64))
        gone = (await client.wait_for(Error, about="blob_get")).error
        assert gone.params == {"what": "blob", "id": "a" * 64}
        monkeypatch.undo()
        await finished_job(client, names=("crop2", "mask2"))
