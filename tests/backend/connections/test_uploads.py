"""Blobs on their way in."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backend.live import RGBA8, SIZE, digest_of, echo_task, finished_job, pixels, served
from velatura_backend.connections import uploads
from velatura_backend.connections.allowance import Most
from velatura_backend.journal.blobstore import BlobStore
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
    """Of those that are kept no longer; what no job has named yet stays, however old it is."""
    monkeypatch.setattr(uploads, "_MOST_REMEMBERED", 4)
    async with backend.client() as client:
        await client.upload("old", SIZE, RGBA8, pixels(SIZE, 77))
        for number in range(4):
            await finished_job(client, names=(f"crop{number}", f"mask{number}"))
        await client.upload("mask", SIZE, MASK_FORMAT, b"\xff" * SIZE.area)
        await client.submit("late", echo_task(crop="old"))
        assert isinstance(await client.end_of("late"), Finished)


async def test_pixels_that_no_job_names_have_an_end(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest is refused, by name; those before it are still there, and a job makes room."""
    monkeypatch.setattr(uploads, "_MOST_UNNAMED", Most(blobs=2))
    async with backend.client() as client:
        await client.upload_echo_inputs(names=("crop", "mask"))
        await client.upload("third", SIZE, RGBA8, pixels(SIZE, 3))
        rejected = await client.wait_for(BlobRejected, blob="third")
        assert rejected.error.code is ErrorCode.LIMIT_EXCEEDED
        assert rejected.error.params == {"limit": "unnamed_blobs", "value": 3, "maximum": 2}
        await client.submit("refused", echo_task(crop="third", mask="third"))
        error = await client.wait_for(Error, job="refused")
        assert error.error.code is ErrorCode.LIMIT_EXCEEDED
        await client.submit("job", echo_task())
        assert isinstance(await client.end_of("job"), Finished)
        await finished_job(client, names=("fourth", "fifth"))


async def test_pixels_that_a_job_names_come_however_much_they_are(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MOST_UNNAMED", Most(blobs=1, bytes=1))
    async with backend.client() as client:
        for number in range(3):
            names = (f"crop{number}", f"mask{number}")
            await client.submit(f"job{number}", echo_task(crop=names[0], mask=names[1]))
            await client.upload_echo_inputs(names=names)
            assert isinstance(await client.end_of(f"job{number}"), Finished)


async def test_a_job_that_is_refused_leaves_its_pixels_counted(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MOST_UNNAMED", Most(blobs=2))
    async with backend.client() as client:
        await client.submit("bad", echo_task(engine="no such engine"))
        await client.wait_for(Error, job="bad")
        await client.upload_echo_inputs()
        await client.upload("third", SIZE, RGBA8, pixels(SIZE, 3))
        await client.wait_for(BlobRejected, blob="third")


async def test_a_blob_s_id_is_not_used_twice(backend) -> None:
    """The second would take the place of the first in the books, and the first stay for ever."""
    async with backend.client() as client:
        await client.upload("crop", SIZE, RGBA8, pixels(SIZE))
        await client.wait_for(BlobSent, blob="crop")
        await client.upload("crop", SIZE, RGBA8, pixels(SIZE, 1))
        rejected = await client.wait_for(BlobRejected, blob="crop")
        assert rejected.error.params["reason"] == "id was used before"
        await client.upload("mask", SIZE, MASK_FORMAT, b"\xff" * SIZE.area)
        await client.submit("job", echo_task())
        result = await client.wait_for(Result)
        crop = result.variation.layers[0].patches[0].pixels
        await client.end_of("job")
        assert len(await client.fetch(crop)) == SIZE.area * 4
    incoming = backend.config.data_directory / "incoming"
    async with asyncio.timeout(10):
        while list(incoming.iterdir()):
            await asyncio.sleep(0.01)  # files tell nobody of their end


async def test_one_that_came_for_a_job_that_was_given_up_serves_the_next(backend) -> None:
    async with backend.client() as client:
        await client.submit("one", echo_task())
        await client.send(Cancel("one"))
        await client.end_of("one")
        await client.submit("two", echo_task())
        await client.upload_echo_inputs()
        assert isinstance(await client.end_of("two"), Finished)


async def test_the_event_loop_makes_no_file_for_what_comes(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is being flushed that takes tenths of a second, for everybody."""
    loop_s = threading.get_ident()
    threads: list[int] = []
    make, look, folder = BlobStore.receive, BlobStore.take, BlobStore.new_work_folder

    def noted(method: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any) -> Any:
            threads.append(threading.get_ident())
            return method(*arguments)

        return act

    monkeypatch.setattr(BlobStore, "receive", noted(make))
    monkeypatch.setattr(BlobStore, "take", noted(look))
    monkeypatch.setattr(BlobStore, "new_work_folder", noted(folder))
    async with backend.client() as client:
        await finished_job(client)
        result = client.seen(Result)[0].variation.layers[0].patches[0].pixels
        await client.fetch(result)
    assert len(threads) >= 4, "two files, a folder, a look for the result"
    assert loop_s not in threads


async def test_names_of_blobs_that_never_come_are_forgotten_too(
    backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_MOST_UNWANTED", 4)
    async with backend.client() as client:
        for number in range(8):
            task = echo_task(crop=f"never{number}", mask=f"nor{number}")
            await client.submit(f"job{number}", task)
            await client.send(Cancel(f"job{number}"))
            await client.end_of(f"job{number}")
        await client.upload_echo_inputs()
        await client.submit("job", echo_task())
        assert isinstance(await client.end_of("job"), Finished)
