from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugin.patience import soon
from tests.plugin.wire import Wire, greeted, order
from velatura_plugin.client.events import ClientEvent, UploadProgressed
from velatura_plugin.client.exchange import MIN_BYTES
from velatura_plugin.client.jobbook import ClientJob, JobBook
from velatura_plugin.client.uploader import Uploader
from velatura_plugin.client.uploading import Uploads
from velatura_protocol.errors import ErrorCode, TooLarge
from velatura_protocol.geometry import Size
from velatura_protocol.messages import (
    Cancel,
    Exchange,
    ExchangeProof,
    ExchangeReady,
    Resume,
    Submit,
)
from velatura_protocol.session import BlobKnown, BlobOpened, BlobReceived, BlobRejected, BlobSent


class Bench:
    """An uploader on a wire, with its background task."""

    def __init__(self, exchange: Path | None = None) -> None:
        self.wire: Wire = greeted(exchange)
        self.exchange = exchange
        self.events: list[ClientEvent] = []
        self.refused: list[tuple[str, ErrorCode]] = []
        self.book = JobBook(self.events.append)
        self.uploads = Uploads()
        self.uploader = Uploader(
            self.wire.client,
            self.book,
            self.uploads,
            emit=self.events.append,
            send=self.wire.client.send,
            wake=lambda: None,
            refused=lambda job, error: self.refused.append((job, error.code)),
        )
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Bench:
        offer = Exchange(str(self.exchange), "probe") if self.exchange else None
        await self.uploader.offer(offer)
        self._task = asyncio.create_task(self.uploader.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until(self, done: Callable[[], bool]) -> None:
        """Carries messages both ways until ``done``."""
        async with soon():
            while not done():
                await asyncio.sleep(0)
                self.wire.to_server()
                for event in [*self.wire.to_client(), *self.wire.client.take_events()]:
                    if isinstance(event, BlobSent | BlobKnown | BlobRejected):
                        self.uploader.handle(event)

    def submit(self, name: str = "job", **more) -> ClientJob:
        job = self.book.add(order(name, **more))
        self.uploader.submit(job)
        return job

    def received(self) -> list[BlobReceived]:
        return [each for each in self.wire.heard if isinstance(each, BlobReceived)]


async def test_the_job_goes_before_its_pixels() -> None:
    async with Bench() as bench:
        job = bench.submit()
        await bench.until(lambda: len(bench.received()) == 2)
        kinds = [type(each) for each in bench.wire.heard]
        assert kinds.index(Submit) < kinds.index(BlobReceived)
        submit = next(each for each in bench.wire.heard if isinstance(each, Submit))
        names = [each.blob for each in submit.task.inputs]
        assert names == ["job-input0", "job-input1"]
        for name, pixels in zip(names, job.order.blobs.values(), strict=True):
            assert bytes(bench.wire.sinks[name]) == bytes(pixels.data)
        assert job.is_sent


async def test_progress_counts_bytes() -> None:
    async with Bench() as bench:
        bench.submit()
        await bench.until(lambda: len(bench.events) == 2)
        assert bench.events == [
            UploadProgressed("job", 120, 150),
            UploadProgressed("job", 150, 150),
        ]


async def test_only_shapes_that_were_sent_are_hashed_first() -> None:
    async with Bench() as bench:
        bench.submit("first")
        await bench.until(lambda: len(bench.received()) == 2)
        bench.submit("second")
        await bench.until(lambda: len(bench.received()) == 4)
        opened = [each.header for each in bench.wire.heard if isinstance(each, BlobOpened)]
        assert [bool(each.digest) for each in opened] == [False, False, True, True]


async def test_an_input_that_is_not_taken_refuses_the_job() -> None:
    async with Bench() as bench:
        bench.submit()
        await bench.until(lambda: len(bench.received()) == 2)
        bench.wire.server.refuse_blob("job-input0", TooLarge(pixels=2, limit=1))
        await bench.until(lambda: bool(bench.refused))
        assert bench.refused == [("job", ErrorCode.TOO_LARGE)]


async def test_a_dropped_job_is_not_sent() -> None:
    async with Bench() as bench:
        bench.submit("dropped")
        bench.book.drop("dropped")
        bench.submit("wanted")
        await bench.until(lambda: len(bench.received()) == 2)
        submits = [each.job for each in bench.wire.heard if isinstance(each, Submit)]
        assert submits == ["wanted"]


async def test_a_job_cancelled_while_the_connection_was_lost_is_asked_for_and_cancelled() -> None:
    async with Bench() as bench:
        job = bench.book.add(order())
        job.is_sent = job.is_cancelled = True
        bench.uploader.submit(job)
        await bench.until(lambda: len(bench.wire.heard) >= 3)
        assert bench.wire.heard[1:] == [Resume("job"), Cancel("job")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "probe").write_bytes(b"nonce")
    return tmp_path


LARGE = Size(256, MIN_BYTES // 1024)


async def test_large_inputs_go_through_the_folder(folder: Path) -> None:
    async with Bench(folder) as bench:
        job = bench.submit(size=LARGE)
        await bench.until(lambda: ExchangeProof(b"nonce") in bench.wire.heard)
        assert not any(isinstance(each, Submit) for each in bench.wire.heard), "it waits"
        bench.wire.server.send(ExchangeReady())
        bench.wire.to_client()
        bench.uploader.settle_exchange()
        await bench.until(lambda: len(bench.received()) == 2)
        by_file = {each.header.blob: each.header.by_file for each in bench.received()}
        assert by_file == {"job-input0": True, "job-input1": False}
        assert (folder / "job-input0").read_bytes() == job.order.blobs["input0"].data


async def test_what_goes_through_the_folder_is_not_hashed_first(folder: Path) -> None:
    async with Bench(folder) as bench:
        bench.wire.server.send(ExchangeReady())
        bench.wire.to_client()
        bench.uploader.settle_exchange()
        bench.submit("first", size=LARGE)
        bench.submit("second", size=LARGE)
        await bench.until(lambda: len(bench.received()) == 4)
        large = [each.header for each in bench.received() if each.header.size == LARGE]
        assert [(each.by_file, each.digest) for each in large if each.by_file] == [(True, "")] * 2


async def test_a_proof_that_is_not_accepted_leaves_the_socket(folder: Path) -> None:
    async with Bench(folder) as bench:
        bench.submit(size=LARGE)
        bench.uploader.settle_exchange()
        await bench.until(lambda: len(bench.received()) == 2)
        assert not any(each.header.by_file for each in bench.received())


async def test_a_folder_that_cannot_be_read_leaves_the_socket(tmp_path: Path) -> None:
    async with Bench(tmp_path) as bench:
        bench.submit(size=LARGE)
        await bench.until(lambda: len(bench.received()) == 2)
        assert not any(isinstance(each, ExchangeProof) for each in bench.wire.heard)


async def test_a_folder_that_is_full_leaves_the_socket(folder: Path) -> None:
    async with Bench(folder) as bench:
        bench.wire.server.send(ExchangeReady())
        bench.wire.to_client()
        bench.uploader.settle_exchange()
        (folder / "job-input0").write_bytes(b"in the way")
        bench.submit(size=LARGE)
        await bench.until(lambda: len(bench.received()) == 2)
        assert not any(each.header.by_file for each in bench.received())


async def test_a_job_that_cannot_be_said_is_refused_and_the_connection_lives() -> None:
    async with Bench() as bench:
        wordy = order("wordy")
        bench.uploader.submit(
            bench.book.add(replace(wordy, task=replace(wordy.task, prompt="x" * 70_000)))
        )
        bench.submit("wanted")
        await bench.until(lambda: len(bench.received()) == 2)
        assert bench.refused == [("wordy", ErrorCode.BAD_MESSAGE)]
        assert [each.job for each in bench.wire.heard if isinstance(each, Submit)] == ["wanted"]
