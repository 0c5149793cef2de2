"""What is over is gone at once, not only when the collector comes: its pauses hold everybody up,
and until then what waits for it is memory that the server keeps."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Iterator

import pytest
from websockets.asyncio.server import ServerConnection

from tests.backend.live import RGBA8, SIZE, Served, echo_task, finished_job, pixels
from velatura_backend.connections.connection import Connection
from velatura_backend.connections.requests import Requests
from velatura_backend.connections.upload_sink import FileSink
from velatura_backend.connections.uploads import Uploads
from velatura_backend.jobs.ledger import LiveJob
from velatura_backend.journal.blobstore import IncomingBlob
from velatura_protocol.messages import (
    CancelledJob,
    Error,
    Priority,
)
from velatura_protocol.session import ServerSession

OF_JOBS = (LiveJob, FileSink, IncomingBlob)
OF_CONNECTIONS = (Connection, Requests, Uploads, ServerSession, ServerConnection)


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive(kinds: tuple[type[object], ...]) -> Counter[str]:
    # Not isinstance: it asks objects of other libraries for their class, and some answer at length.
    kinds_of = Counter(type(each) for each in gc.get_objects())
    found = Counter[str]()
    for kind, count in kinds_of.items():
        for wanted in kinds:
            found[wanted.__name__] += count * issubclass(kind, wanted)
    return +found


async def until_only(expected: dict[str, int], kinds: tuple[type[object], ...]) -> None:
    """Tasks may still have something to do when the last event is told."""
    async with asyncio.timeout(20):
        while alive(kinds) != expected:
            await asyncio.sleep(0.01)


async def test_a_finished_job(backend: Served) -> None:
    async with backend.client() as client:
        await finished_job(client)
        await until_only({}, OF_JOBS)


async def test_strokes_that_were_overtaken(backend: Served) -> None:
    """The oldest and the newest wait for their pixels still."""
    async with backend.client() as client:
        for number in range(8):
            task = echo_task(crop=f"crop-{number}", mask=f"mask-{number}")
            await client.submit(f"stroke-{number}", task, priority=Priority.LIVE, live="stroke")
        for number in range(1, 7):
            await client.wait_for(CancelledJob, job=f"stroke-{number}")
        await until_only({"LiveJob": 2}, OF_JOBS)


async def test_a_job_whose_pixels_were_given_up(backend: Served) -> None:
    async with backend.client() as client:
        await client.submit("job", echo_task())
        client.session.send_blob("crop", SIZE, RGBA8, pixels(SIZE))
        assert client.session.drop_blob("crop")
        await client.pump()
        await client.wait_for(Error, job="job")
        await until_only({}, OF_JOBS)


@pytest.mark.parametrize("cut", [False, True], ids=["goodbye", "cut"])
async def test_a_connection(backend: Served, cut: bool) -> None:
    async with backend.client() as client:
        await finished_job(client)
        await client.submit("waits", echo_task(crop="never", mask="never-either"))
        assert alive(OF_CONNECTIONS).keys() == {kind.__name__ for kind in OF_CONNECTIONS}
        if cut:
            client.cut()
    await until_only({}, OF_CONNECTIONS)
