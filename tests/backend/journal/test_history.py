"""What is kept, and for whom."""

from __future__ import annotations

import sqlite3

from tests.backend.live import SIZE, echo_task, finished_job
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.messages import (
    Ack,
    Cancel,
    CancelledJob,
    Done,
    Error,
    Favourite,
    Forget,
    Jobs,
    ListJobs,
    Result,
    Resume,
    Started,
)
from velatura_protocol.tasks import Intent, Operation


async def test_the_owner_sees_and_stops_everything(backend) -> None:
    secret = (backend.config.data_directory / "owner_secret").read_text()
    async with backend.client() as client, backend.client(name="cli", secret=secret) as owner:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(parameters={"seconds": 60.0}, prompt="a cat"))
        await client.wait_for(Started)
        await owner.send(ListJobs(1, everyone=True))
        (row,) = (await owner.wait_for(Jobs, request=1)).jobs
        assert (row.job, row.state, row.prompt) == ("job", JobState.RUNNING, "a cat")
        await owner.send(Resume("job"))
        await owner.wait_for(Started, job="job")
        await owner.send(Cancel("job"))
        assert isinstance(await client.end_of("job"), CancelledJob)
        assert isinstance(await owner.end_of("job"), CancelledJob)
        await owner.send(Forget(2, ("job",), everyone=True))
        assert (await owner.wait_for(Done, request=2)).count == 1


async def test_the_history_of_a_document(backend) -> None:
    async with backend.client() as client:
        job = await finished_job(client, document_key="doc", prompt="red velvet")
        await client.send(ListJobs(1, document_key="doc"))
        (row,) = (await client.wait_for(Jobs, request=1)).jobs
        assert (row.job, row.state, row.variations) == (job, JobState.FINISHED, 1)
        assert (row.operation, row.engine, row.prompt) == (Operation.FILL, "echo", "red velvet")
        assert (row.intent, row.canvas) == (Intent.REMOVE, SIZE)
        assert row.thumbnails
        assert await client.fetch(row.thumbnails[0])
        await client.send(Favourite(2, job))
        assert (await client.wait_for(Done, request=2)).count == 1
        await client.send(ListJobs(3, document_key="other"))
        assert (await client.wait_for(Jobs, request=3)).jobs == ()


async def test_the_history_is_told_in_pages(backend) -> None:
    async with backend.client() as client, backend.client(name="other") as other:
        jobs = [await finished_job(client, names=(f"crop{n}", f"mask{n}")) for n in range(3)]
        await client.send(ListJobs(1, limit=2))
        page = (await client.wait_for(Jobs, request=1)).jobs
        assert [each.job for each in page] == [jobs[2], jobs[1]]
        await client.send(ListJobs(2, limit=2, before=jobs[1]))
        page = (await client.wait_for(Jobs, request=2)).jobs
        assert [each.job for each in page] == [jobs[0]]
        await client.send(ListJobs(3, before=jobs[0]))
        assert (await client.wait_for(Jobs, request=3)).jobs == ()
        await client.send(ListJobs(4, before="gone"))
        error = await client.wait_for(Error, request=4)
        assert (error.about, error.error.code) == ("list_jobs", ErrorCode.NOT_FOUND)
        await other.send(ListJobs(5, before=jobs[1]))
        assert (await other.wait_for(Error, request=5)).error.code is ErrorCode.NOT_YOUR_JOB


async def test_forgetting_deletes_the_files(backend) -> None:
    blobs = backend.config.data_directory / "blobs"
    async with backend.client() as client:
        job = await finished_job(client)
        assert list(blobs.iterdir())
    async with backend.client() as client:
        await client.send(Forget(1, (job, "unknown")))
        assert (await client.wait_for(Done, request=1)).count == 1
        assert list(blobs.iterdir()) == []
        await client.send(Resume(job))
        await client.wait_for(Error, about="resume")


async def test_acknowledged_results_stay(backend) -> None:
    async with backend.client() as client:
        job = await finished_job(client)
        end = await client.end_of(job)
        await client.send(Ack(job, end.seq))
        await client.send(Ack("unknown", 3))
        await client.send(ListJobs(1))
        await client.wait_for(Jobs)
        row = await backend.backend.services.journal.run(lambda journal: journal.job(job))
        assert row.acked == end.seq
        client.events.clear()
        await client.send(Resume(job))
        await client.end_of(job)
        assert client.seen(Result)


async def test_jobs_of_a_later_version_do_not_hide_the_others(backend) -> None:
    async with backend.client() as client:
        known = await finished_job(client)
        later = await finished_job(client, names=("crop2", "mask2"))
        journal = sqlite3.connect(backend.config.data_directory / "journal.sqlite3")
        with journal:
            journal.execute("UPDATE jobs SET operation = 'dream' WHERE job = ?", (later,))
        journal.close()
        await client.send(ListJobs(1))
        assert [each.job for each in (await client.wait_for(Jobs)).jobs] == [known]
