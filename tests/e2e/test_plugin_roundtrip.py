"""The plug-in on a memory host and the real server, over a real socket, in one process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plugin.desk import noise
from velatura_backend.app import running
from velatura_backend.config import Config
from velatura_backend.executors.inline import InlineExecutor
from velatura_plugin.app import App, build
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.client.events import Link
from velatura_plugin.client.exchange import MIN_BYTES
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import JobStatus
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Intent, Operation

ECHO = GenerateRequest(Operation.FILL, Intent.REMOVE, engine="echo", variations=2, seed=5)
SETTINGS = Settings(start_backend=False).with_identity()

FORMATS = [
    PixelFormat(Depth.U8, Layout.RGBA),
    PixelFormat(Depth.U8, Layout.BGRA),
    PixelFormat(Depth.U8, Layout.RGB),
    PixelFormat(Depth.U16, Layout.BGRA),
    PixelFormat(Depth.U16, Layout.GREY_ALPHA),
    PixelFormat(Depth.U8, Layout.GREY),
]


@contextmanager
def backend(directory: Path) -> Iterator[None]:
    """The server with the inline executor, on a loop of its own."""
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(Config(directory), lambda on_change: InlineExecutor(threads=1)):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


@contextmanager
def plugin(directory: Path) -> Iterator[tuple[App, MemoryHost]]:
    host = MemoryHost()
    app = build(host, SETTINGS, directory)
    try:
        yield app, host
    finally:
        app.close(seconds=5.0)


def connect(app: App, host: MemoryHost) -> None:
    app.start()
    host.run_until(lambda: app.controller.state.link.link is Link.ONLINE, seconds=60)


def finish(app: App, host: MemoryHost, job: str):
    def ended() -> bool:
        view = app.controller.state.job(job)
        assert view is not None
        return view.status.is_end

    host.run_until(ended, seconds=60)
    return app.controller.state.job(job)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.mark.parametrize(
    "form", FORMATS, ids=lambda each: f"{each.depth.value}-{each.layout.value}"
)
def test_outside_the_mask_nothing_changes(data: Path, form: PixelFormat) -> None:
    selected = Rect(20, 10, 9, 7)
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(Size(64, 48), form))
        host.select(document, selected)
        connect(app, host)
        whole = Rect.of_size(document.size)
        before = host.capture(document, ECHO.sample_source, whole)
        job = app.controller.generate(ECHO)
        view = finish(app, host, job)
        assert view.status is JobStatus.FINISHED, view.error
        assert [each.seed for each in view.staging.ready] == [5, 6]
        app.controller.accept(job)
        after = host.flatten(document)
        assert after.format == form
        changed = {
            (index % 64, index // 64)
            for index in range(64 * 48)
            if crop(before, whole, Rect(index % 64, index // 64, 1, 1))
            != crop(after, whole, Rect(index % 64, index // 64, 1, 1))
        }
        assert changed, "the selection was worked on"
        assert all(selected.contains(Rect(x, y, 1, 1)) for x, y in changed), (
            "nothing outside the selection changed"
        )
        host.undo(document)
        assert host.flatten(document) == before


def test_far_apart_places_come_back_as_one_layer(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(Size(1200, 60)))
        mask = bytearray(1200 * 60)
        for left in (30, 1100):
            for y in range(20, 30):
                mask[y * 1200 + left : y * 1200 + left + 10] = b"\xff" * 10
        host.select(document, Rect(0, 0, 1200, 60), bytes(mask))
        connect(app, host)
        job = app.controller.generate(replace(ECHO, variations=1))
        view = finish(app, host, job)
        assert len(view.regions) == 2
        (variation,) = view.staging.ready
        assert variation.content is not None
        (layer,) = variation.content.layers
        assert [each.region for each in layer.patches] == list(view.regions)


def test_an_engine_that_fails_says_so_and_leaves_the_document(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(Size(32, 32)))
        host.select(document, Rect(4, 4, 8, 8))
        connect(app, host)
        before = host.documents[document.id].contents
        job = app.controller.generate(replace(ECHO, parameters={"fail": "no_source"}))
        view = finish(app, host, job)
        assert view.status is JobStatus.FAILED
        assert view.error is not None
        assert view.error.code is ErrorCode.NO_SOURCE
        assert host.documents[document.id].contents == before


def test_a_running_job_is_cancelled(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(Size(32, 32)))
        host.select(document, Rect(4, 4, 8, 8))
        connect(app, host)
        job = app.controller.generate(replace(ECHO, parameters={"seconds": 60.0}))

        def status() -> JobStatus | None:
            view = app.controller.state.job(job)
            return view.status if view else None

        host.run_until(lambda: status() is JobStatus.RUNNING, seconds=60)
        app.controller.cancel(job)
        host.run_until(lambda: status() is None, seconds=60)


def test_a_restarted_backend_is_met_again(data: Path) -> None:
    with plugin(data) as (app, host):
        document = host.open(noise(Size(32, 32)))
        host.select(document, Rect(4, 4, 8, 8))
        with backend(data):
            connect(app, host)
            job = app.controller.generate(ECHO)
            view = finish(app, host, job)
        host.run_until(lambda: app.controller.state.link.link is Link.OFFLINE, seconds=60)
        assert view.staging.ready, "what is staged stays usable"
        with backend(data):
            app.client.retry_now()
            host.run_until(lambda: app.controller.state.link.link is Link.ONLINE, seconds=60)
            again = app.controller.more_like_this(job)
            assert finish(app, host, again).status is JobStatus.FINISHED
        app.controller.accept(job)
        assert len(host.documents[document.id].contents.own_layers()) == 2


def test_a_job_that_ran_when_the_backend_stopped_can_be_tried_again(data: Path) -> None:
    with plugin(data) as (app, host):
        document = host.open(noise(Size(32, 32)))
        host.select(document, Rect(4, 4, 8, 8))
        slow = replace(ECHO, variations=1, parameters={"seconds": 60.0})
        with backend(data):
            connect(app, host)
            job = app.controller.generate(slow)
            host.run_until(lambda: app.controller.store.view(job).status is JobStatus.RUNNING)
        host.run_until(lambda: app.controller.state.link.link is Link.OFFLINE, seconds=60)
        assert app.controller.store.view(job).is_active, "the connection is lost, not the job"
        with backend(data):
            app.client.retry_now()
            view = finish(app, host, job)
            assert view.status is JobStatus.FAILED
            assert view.error is not None
            assert view.error.code is ErrorCode.INTERRUPTED
            assert view.error.retryable
            again = app.controller.retry(job)
            host.run_until(lambda: app.controller.store.view(again).status is JobStatus.RUNNING)
            app.controller.cancel(again)
            host.run_until(lambda: app.controller.state.job(again) is None, seconds=60)


def test_large_pixels_go_through_the_exchange_folder_and_leave_nothing_there(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(Size(400, 300)))
        host.select(document, Rect(150, 100, 100, 80))
        connect(app, host)
        view = finish(app, host, app.controller.generate(replace(ECHO, variations=1)))
        assert view.status is JobStatus.FINISHED
        (patch,) = view.staging.ready[0].content.layers[0].patches
        assert patch.region.area * 4 > MIN_BYTES
        left = [each.name for each in data.rglob("*") if view.job in each.name]
        assert left == []
