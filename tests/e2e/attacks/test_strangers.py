"""One client's jobs and pixels are nobody else's, whatever the other one knows of them."""

from __future__ import annotations

import pytest

from tests.backend.live import RGBA8, SIZE, Client, digest_of, echo_task, new_name, pixels
from tests.e2e.attacks.fortress import Fortress, a_hello, new_client, wire
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import (
    Accepted,
    Ack,
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
    Message,
    Result,
    Resume,
    ResumePoint,
)
from velatura_protocol.session import BlobOpened, BlobReceived


async def answer_to(thief: Client, message: Message) -> Error:
    await thief.send(message)
    return await thief.wait_for(Error, about=message.t)


async def finished(owner: Client, seed: int = 5) -> tuple[str, Result]:
    job = new_name("mine")
    await owner.upload_echo_inputs(seed=seed)
    await owner.submit(job, echo_task(prompt="a private prompt"))
    assert isinstance(await owner.end_of(job), Finished)
    return job, await owner.wait_for(Result, job=job)


@pytest.mark.parametrize("kind", [Cancel, Resume, lambda job: Ack(job, 10**6)])
async def test_a_running_job_is_its_owner_s(held: Fortress, kind) -> None:
    async with held.client() as owner, held.client() as thief:
        job = new_name("mine")
        await owner.upload_echo_inputs()
        await owner.submit(job, echo_task(parameters={"seconds": 0.5}))
        await owner.wait_for(Accepted, job=job)
        refused = await answer_to(thief, kind(job))
        assert refused.error.code is ErrorCode.NOT_YOUR_JOB
        assert refused.job == job
        assert isinstance(await owner.end_of(job), Finished)
        assert not thief.story(job)


@pytest.mark.parametrize(
    "kind", [Resume, lambda job: Ack(job, 10**6), lambda job: Favourite(1, job), Cancel]
)
async def test_so_is_one_that_has_ended(held: Fortress, kind) -> None:
    async with held.client() as owner, held.client() as thief:
        job, _ = await finished(owner)
        refused = await answer_to(thief, kind(job))
        assert refused.error.code is ErrorCode.NOT_YOUR_JOB
        assert not thief.story(job)
        # A foreign acknowledgement would have freed what its owner has not seen.
        await owner.send(Resume(job, 0))
        await owner.until(lambda: len(owner.seen(Finished, job=job)) == 2)


async def test_results_are_fetched_by_their_owner(held: Fortress) -> None:
    async with held.client() as owner, held.client() as thief:
        _, result = await finished(owner)
        blob = result.variation.layers[0].patches[0].pixels
        refused = await answer_to(thief, BlobGet(blob.digest))
        assert refused.error.code is ErrorCode.NOT_FOUND
        assert await owner.fetch(blob)


async def test_nothing_is_forgotten_for_a_stranger(held: Fortress) -> None:
    async with held.client() as owner, held.client() as thief:
        job, _ = await finished(owner)
        await thief.send(Forget(9, (job,)))
        assert (await thief.wait_for(Done, request=9)).count == 0
        await owner.send(ListJobs(8))
        assert job in {each.job for each in (await owner.wait_for(Jobs, request=8)).jobs}


async def test_nothing_is_listed_for_a_stranger(held: Fortress) -> None:
    async with held.client() as owner, held.client() as thief:
        await finished(owner)
        await thief.send(ListJobs(7))
        assert (await thief.wait_for(Jobs, request=7)).jobs == ()
        for message in (ListJobs(6, everyone=True), Forget(6, ("x",), everyone=True)):
            refused = await answer_to(thief, message)
            assert refused.error.code is ErrorCode.UNAUTHORISED


async def test_a_job_s_name_is_taken(held: Fortress) -> None:
    """Submitting under it is no way to hear of it."""
    async with held.client() as owner, held.client() as thief:
        job, _ = await finished(owner)
        await thief.upload_echo_inputs(seed=9)
        await thief.submit(job, echo_task())
        refused = await thief.wait_for(Error, about="submit")
        assert refused.error.code is ErrorCode.NOT_YOUR_JOB
        assert not thief.story(job)


async def test_knowing_a_digest_is_not_having_the_pixels(held: Fortress) -> None:
    async with held.client() as owner, held.client() as thief:
        data = pixels(SIZE, 5)
        await finished(owner, 5)
        await thief.upload("b", SIZE, RGBA8, data, digest=digest_of(data))
        # The server asks for the bytes: it would not tell that it has them.
        await thief.until(lambda: not thief.session.is_sending("b"))
        assert not [e for e in thief.events if type(e).__name__ == "BlobKnown"]
        assert not thief.seen(BlobOpened)
        assert not thief.seen(BlobReceived)


async def test_a_client_s_name_without_its_secret(held: Fortress) -> None:
    name = new_client()
    async with held.client(name) as owner:
        job, _ = await finished(owner)
    for secret in ("", "t", "S", "s ", "s" * 256):
        answer = await held.say(wire(a_hello(name, secret)), greets=False)
        assert (answer.errors[0]["t"], answer.code) == ("refused", "unauthorised")
        assert answer.closed is not None
    points = (ResumePoint(job, 0),)
    answer = await held.say(hello=a_hello(secret="s", resume=points), quiet=1)
    assert answer.code == "not_your_job"


async def test_a_stranger_with_the_owner_s_secret_is_the_owner(held: Fortress) -> None:
    """The command line's way: the secret's file is readable by the user alone."""
    secret = (held.data_directory / "owner_secret").read_text()
    async with held.client() as artist, held.client(secret=secret) as command:
        job = new_name("mine")
        await artist.upload_echo_inputs()
        await artist.submit(job, echo_task(parameters={"seconds": 20.0}))
        await artist.until(lambda: artist.story(job))
        await command.send(Cancel(job))
        assert isinstance(await artist.end_of(job), CancelledJob)
