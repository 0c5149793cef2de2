"""Whole conversations with a real backend, its executor in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.live import (
    SIZE,
    echo_task,
    new_name,
    previewed,
    served,
)
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState, Phase
from velatura_protocol.messages import (
    Accepted,
    Ack,
    BlobGet,
    Cancel,
    CancelledJob,
    Capabilities,
    Done,
    Error,
    Failed,
    Favourite,
    Finished,
    Forget,
    Jobs,
    ListJobs,
    Preview,
    Progress,
    Result,
    Resume,
    ResumePoint,
    Started,
    Submit,
    VariationFailed,
    Welcome,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Operation


@pytest.fixture
async def backend(tmp_path: Path):
    async with served(tmp_path) as backend:
        yield backend


async def finished_job(client, **changes) -> str:
    await client.upload_echo_inputs()
    job = new_name()
    await client.submit(job, echo_task(**changes))
    assert isinstance(await client.end_of(job), Finished)
    return job


async def test_the_greeting_tells_what_there_is(backend) -> None:
    async with backend.client() as client:
        welcome = await client.wait_for(Welcome)
        assert Operation.FILL in welcome.operations
        assert [spec.rank for spec in welcome.engines] == sorted(
            (spec.rank for spec in welcome.engines), reverse=True
        )
        capabilities = await client.wait_for(Capabilities)
        assert capabilities.devices[0].id == "cpu"


async def test_a_job_from_pixels_to_result(backend) -> None:
    async with backend.client() as client:
        image = await client.upload_echo_inputs()
        await client.submit("job", echo_task())
        assert isinstance(await client.end_of("job"), Finished)

        story = client.story("job")
        assert [type(e) for e in story if not isinstance(e, Progress)] == [
            Accepted,
            Started,
            Result,
            Finished,
        ]
        assert [e.seq for e in story] == sorted({e.seq for e in story})
        variation = client.seen(Result)[0].variation
        patch = variation.layers[0].patches[0]
        inverted = bytes(v if n % 4 == 3 else 255 - v for n, v in enumerate(image))
        assert await client.fetch(patch.pixels) == inverted
        assert await client.fetch(patch.mask) == b"\xff" * SIZE.area


async def test_a_submit_may_come_before_its_blobs(backend) -> None:
    async with backend.client() as client:
        await client.submit("job", echo_task())
        await client.upload_echo_inputs()
        assert isinstance(await client.end_of("job"), Finished)


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


async def test_pixels_the_backend_has_are_not_sent_again(backend) -> None:
    async with backend.client() as client:
        image = await client.upload_echo_inputs()
        await client.submit("one", echo_task())
        accepted = await client.wait_for(Result)
        digest = accepted.variation.layers[0].patches[0].pixels.digest
        from tests.backend.live import RGBA8, digest_of

        await client.upload("again", SIZE, RGBA8, image, digest=digest_of(image))
        from velatura_protocol.session import BlobKnown

        await client.wait_for(BlobKnown, blob="again")
        await client.submit("two", echo_task(crop="again"))
        await client.end_of("two")
        again = client.seen(Result, job="two")[0].variation.layers[0].patches[0].pixels.digest
        assert again == digest


async def test_another_client_cannot_claim_pixels_by_their_digest(backend) -> None:
    from tests.backend.live import RGBA8, digest_of
    from velatura_protocol.session import BlobSent

    async with backend.client(name="one") as one, backend.client(name="two") as two:
        image = await one.upload_echo_inputs()
        await one.submit("one", echo_task())
        await one.end_of("one")
        await two.upload("x", SIZE, RGBA8, image, digest=digest_of(image))
        await two.wait_for(BlobSent, blob="x")


@pytest.mark.parametrize("codec", ["raw", "zlib"])
async def test_large_blobs_travel_both_ways(backend, codec: str) -> None:
    from tests.backend.live import RGBA8, pixels
    from velatura_protocol.geometry import Size
    from velatura_protocol.messages import Codec

    size = Size(2100, 1500)
    image = pixels(size)
    async with backend.client() as client:
        await client.upload("crop", size, RGBA8, image, codec=Codec(codec))
        await client.upload("mask", size, MASK_FORMAT, b"\xff" * size.area, codec=Codec(codec))
        await client.submit("job", echo_task(size))
        await client.end_of("job")
        patch = client.seen(Result)[0].variation.layers[0].patches[0]
        assert (await client.fetch(patch.pixels))[:3] == bytes(255 - v for v in image[:3])


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
        assert all(len(client.blobs[p.blob]) == SIZE.area * 4 for p in previews)
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
    from velatura_protocol.messages import Priority

    async with backend.client() as client:
        await client.upload_echo_inputs()
        for n in range(3):
            task = echo_task(parameters={"seconds": 30.0 if n < 2 else 0.0})
            await client.send(Submit(f"live{n}", task, Priority.LIVE, "stroke"))
        assert isinstance(await client.end_of("live2"), Finished)
        assert isinstance(await client.end_of("live0"), CancelledJob)
        assert isinstance(await client.end_of("live1"), CancelledJob)


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


async def test_a_client_id_belongs_to_its_secret(backend) -> None:
    from velatura_protocol.messages import Refused

    async with backend.client(name="mine", secret="one"):
        pass
    async with backend.client(name="mine", secret="two", greet=False) as intruder:
        refused = await intruder.wait_for(Refused)
        assert refused.error.code is ErrorCode.UNAUTHORISED
        await intruder.until_closed()


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
        assert row.thumbnails
        assert await client.fetch(row.thumbnails[0])
        await client.send(Favourite(2, job))
        assert (await client.wait_for(Done, request=2)).count == 1
        await client.send(ListJobs(3, document_key="other"))
        assert (await client.wait_for(Jobs, request=3)).jobs == ()


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


async def test_one_bad_variation_does_not_spoil_the_rest(tmp_path: Path) -> None:
    from tests.backend.doubles import LostAfterOne

    async with served(tmp_path, LostAfterOne) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("job", echo_task(variations=3))
        assert isinstance(await client.end_of("job"), Finished)
        assert [e.index for e in client.seen(VariationFailed)] == [1, 2]
