"""Blobs on their way in."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from tests.backend.live import RGBA8, SIZE, digest_of, echo_task, finished_job, pixels, served
from velatura_backend import uploads
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Cancel,
    CancelledJob,
    Done,
    Error,
    Finished,
    Forget,
    Jobs,
    ListJobs,
    Result,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.session import BlobKnown, BlobRejected, BlobSent


async def test_a_submit_may_come_before_its_blobs(backend) -> None:
    async with backend.client() as client:
        await client.submit("job", echo_task())
        await client.upload_echo_inputs()
        assert isinstance(await client.end_of("job"), Finished)


async def test_pixels_the_backend_has_are_not_sent_again(backend) -> None:
    async with backend.client() as client:
        image = await client.upload_echo_inputs()
        await client.submit("one", echo_task())
        accepted = await client.wait_for(Result)
        digest = accepted.variation.layers[0].patches[0].pixels.digest
        await client.upload("again", SIZE, RGBA8, image, digest=digest_of(image))
        await client.wait_for(BlobKnown, blob="again")
        await client.submit("two", echo_task(crop="again"))
        await client.end_of("two")
        again = client.seen(Result, job="two")[0].variation.layers[0].patches[0].pixels.digest
        assert again == digest


async def test_another_client_cannot_claim_pixels_by_their_digest(backend) -> None:
    async with backend.client(name="one") as one, backend.client(name="two") as two:
        image = await one.upload_echo_inputs()
        await one.submit("one", echo_task())
        await one.end_of("one")
        await two.upload("x", SIZE, RGBA8, image, digest=digest_of(image))
        await two.wait_for(BlobSent, blob="x")


async def test_a_full_disk_gives_up_the_blob_and_its_job(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    def no_room(descriptor: int, data: bytes) -> int:
        if len(data) > 1000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    async with backend.client() as client:
        monkeypatch.setattr(os, "write", no_room)
        await client.submit("job", echo_task())
        await client.upload("crop", SIZE, RGBA8, pixels(SIZE))
        rejected = await client.wait_for(BlobRejected, blob="crop")
        assert rejected.error.code is ErrorCode.DISK_FULL
        error = await client.wait_for(Error, job="job")
        assert error.error.code is ErrorCode.DISK_FULL
        monkeypatch.undo()
        await finished_job(client, names=("crop2", "mask2"))
    assert list((backend.config.data_directory / "incoming").iterdir()) == []


async def test_a_connection_s_end_takes_what_no_job_wants(tmp_path: Path) -> None:
    async with served(tmp_path) as backend, backend.client() as client:
        await client.upload_echo_inputs()
        await client.submit("never", echo_task(crop="does-not-come"))
        await client.upload("half", SIZE, RGBA8, pixels(SIZE, 1), digest=digest_of(pixels(SIZE, 1)))
        await client.wait_for(BlobSent, blob="half")
    assert list((backend.config.data_directory / "blobs").iterdir()) == []
    async with served(tmp_path) as backend, backend.client() as client:
        await client.send(ListJobs(1))
        assert (await client.wait_for(Jobs)).jobs == ()


async def test_a_forgotten_job_s_pixels_go_while_its_client_stays(backend) -> None:
    blobs = backend.config.data_directory / "blobs"
    async with backend.client() as client:
        for number in range(3):
            names = (f"crop{number}", f"mask{number}")
            job = await finished_job(client, names=names)
            await client.send(Forget(number, (job,)))
            await client.wait_for(Done, request=number)
            assert list(blobs.iterdir()) == []


async def test_pixels_of_a_job_that_is_cancelled_while_they_come_go_at_once(backend) -> None:
    blobs = backend.config.data_directory / "blobs"
    incoming = backend.config.data_directory / "incoming"
    async with backend.client() as client:
        await client.upload("early", SIZE, RGBA8, pixels(SIZE))
        await client.submit("job", echo_task(crop="early", mask="late"))
        await client.send(Cancel("job"))
        assert isinstance(await client.end_of("job"), CancelledJob)
        await client.upload("late", SIZE, MASK_FORMAT, bytes(SIZE.area))
        await client.wait_for(BlobSent, blob="late")
        await client.send(ListJobs(1))
        await client.wait_for(Jobs)
        async with asyncio.timeout(10):
            while list(blobs.iterdir()) or list(incoming.iterdir()):
                await asyncio.sleep(0.01)  # files tell nobody of their end


async def test_a_blob_serves_several_jobs_as_long_as_one_of_them_is_kept(backend) -> None:
    async with backend.client() as client:
        await client.upload_echo_inputs()
        for job in ("one", "two"):
            await client.submit(job, echo_task())
            await client.end_of(job)
        await client.send(Forget(1, ("one",)))
        await client.wait_for(Done, request=1)
        await client.submit("three", echo_task())
        assert isinstance(await client.end_of("three"), Finished)
        await client.send(Forget(2, ("two", "three")))
        await client.wait_for(Done, request=2)
        await client.submit("four", echo_task())
        assert (await client.wait_for(Error, job="four")).error.code is ErrorCode.NOT_FOUND


async def test_a_disk_that_fills_up_half_way_does_not_leave_the_client_waiting(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blob is larger than its window: without an answer its sender would wait for ever."""
    size = Size(2200, 1500)
    write, written = os.write, [0]

    def fills_up(descriptor: int, data: bytes) -> int:
        written[0] += len(data) if len(data) > 1000 else 0
        if written[0] > 3_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    async with backend.client() as client:
        monkeypatch.setattr(os, "write", fills_up)
        await client.upload("crop", size, RGBA8, pixels(size))
        rejected = await client.wait_for(BlobRejected, blob="crop")
        assert rejected.error.code is ErrorCode.DISK_FULL
        monkeypatch.undo()
        await client.submit("job", echo_task(size))
        assert (await client.wait_for(Error, job="job")).error.code is ErrorCode.DISK_FULL


async def test_only_the_latest_blobs_of_a_connection_are_remembered(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MOST_REMEMBERED", 4)
    blobs = backend.config.data_directory / "blobs"
    async with backend.client() as client:
        for number in range(8):
            await client.upload(f"b{number}", SIZE, RGBA8, pixels(SIZE, number))
            await client.wait_for(BlobSent, blob=f"b{number}")
        await client.upload("mask", SIZE, MASK_FORMAT, b"\xff" * SIZE.area)
        await client.submit("job", echo_task(crop="b7"))
        assert isinstance(await client.end_of("job"), Finished)
        async with asyncio.timeout(10):
            while len(list(blobs.iterdir())) > 4 + 3:  # and the result's, with its thumbnail
                await asyncio.sleep(0.01)  # files tell nobody of their end


async def test_names_of_blobs_that_never_come_are_forgotten_too(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MOST_REMEMBERED", 4)
    async with backend.client() as client:
        for number in range(8):
            task = echo_task(crop=f"never{number}", mask=f"nor{number}")
            await client.submit(f"job{number}", task)
            await client.send(Cancel(f"job{number}"))
            await client.end_of(f"job{number}")
        await client.upload_echo_inputs()
        await client.submit("job", echo_task())
        assert isinstance(await client.end_of("job"), Finished)
