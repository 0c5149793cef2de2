"""The main flow when something happens to the document meanwhile: nothing may break the plug-in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk, noise
from tests.plugin.scripted import Script
from velatura_plugin.host.base import Document, PreviewFrame, ResultContent, Spot
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.state.state import JobStatus
from velatura_protocol.errors import ErrorCode, NoSource, Unsupported
from velatura_protocol.geometry import Rect

ONE = replace(REMOVE, variations=1)


@pytest.fixture
def plugin() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


def names(plugin: Desk, document: Document) -> list[str]:
    return [each.name for each in plugin.host.layers(document)]


@pytest.mark.parametrize("step", ["started", "result-0", "result-1", "finished"])
def test_a_document_that_vanishes_takes_its_jobs_along(step: str) -> None:
    """Though nobody has told of it."""
    with desk(Script(hold={step})) as plugin:
        other = plugin.open(seed=1)
        document = plugin.open(seed=2)
        plugin.connect()
        before = plugin.host.flatten(other)
        plugin.controller.generate(REMOVE)
        plugin.until(lambda: bool(plugin.backend.jobs))
        plugin.host.close(document)
        plugin.backend.release(step)
        plugin.until(lambda: plugin.controller.state.jobs == ())
        assert plugin.controller.state.notice is None
        assert plugin.host.flatten(other) == before
        view = plugin.finish(plugin.controller.generate(ONE))
        assert view.staging.ready, "the plug-in goes on"


@pytest.mark.parametrize("end", ["discard", "close"])
def test_what_is_staged_in_a_document_that_vanished_can_be_put_away(plugin: Desk, end: str) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.finish(plugin.controller.generate(REMOVE)).job
    plugin.host.close(document)
    if end == "discard":
        plugin.controller.discard(job)
        assert plugin.controller.state.jobs == ()
        assert plugin.controller.state.notice is None
    else:
        plugin.controller.close(seconds=5.0)


def test_the_captured_layer_is_removed_meanwhile() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        region = Rect.of_size(document.size)
        layer = plugin.host.add_layer(document, "Paint", region, noise(document.size, seed=4))
        plugin.connect()
        job = plugin.controller.generate(ONE)
        plugin.host.remove_layer(document, layer)
        plugin.backend.release("result-0")
        plugin.finish(job)
        plugin.controller.accept(job)
        assert names(plugin, document) == ["Remove (10)", "Background"]


def test_another_layer_is_activated_meanwhile() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(ONE)
        region = Rect.of_size(document.size)
        layer = plugin.host.add_layer(document, "Paint", region, noise(document.size, seed=4))
        plugin.backend.release("result-0")
        plugin.finish(job)
        plugin.controller.accept(job)
        assert names(plugin, document) == ["Paint", "Remove (10)", "Background"]
        active = plugin.host.active_layer(document)
        assert active is not None
        assert active.reference == layer


@pytest.mark.parametrize("region", [Rect(0, 0, 9, 7), Rect(0, 0, 3, 3), Rect(-5, -5, 60, 60)])
def test_the_canvas_is_resized_meanwhile(region: Rect) -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(ONE)
        plugin.host.resize(document, region)
        plugin.backend.release("result-0")
        assert plugin.finish(job).status is JobStatus.FINISHED
        plugin.controller.accept(job)
        assert names(plugin, document) == ["Remove (10)", "Background"]
        assert plugin.host.document(document.id).size == region.size


def test_undo_takes_the_preview_away_and_the_job_goes_on() -> None:
    with desk(Script(hold={"result-0", "result-1"})) as plugin:
        document = plugin.open()
        plugin.connect()
        before = plugin.host.flatten(document)
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).preview is not None)
        plugin.host.undo(document)
        plugin.backend.release("result-0")
        plugin.until(lambda: plugin.view(job).staging.current == 0)
        plugin.host.undo(document)
        assert plugin.host.flatten(document) == before
        plugin.backend.release("result-1")
        plugin.finish(job)
        plugin.controller.step_variation(job, 1)
        assert plugin.host.flatten(document) != before
        plugin.host.undo(document)
        plugin.controller.discard(job)
        assert plugin.host.flatten(document) == before


def test_painting_while_previews_stream_is_kept() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(ONE)
        plugin.until(lambda: plugin.view(job).preview is not None)
        region = Rect(0, 0, 3, 3)
        plugin.host.add_layer(document, "Stroke", region, noise(region.size, seed=4))
        plugin.backend.release("result-0")
        plugin.finish(job)
        plugin.controller.discard(job)
        assert names(plugin, document) == ["Stroke", "Background"]


class Broken(MemoryHost):
    """An editor whose interface fails as its maker never meant it to."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: Exception | None = None

    def show_result(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot
    ) -> None:
        if self.trouble is not None:
            raise self.trouble
        super().show_result(document, job, result, spot=spot)

    def show_preview(
        self, document: Document, job: str, frame: PreviewFrame, *, spot: Spot
    ) -> None:
        if self.trouble is not None:
            raise self.trouble
        super().show_preview(document, job, frame, spot=spot)


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (RuntimeError("wrapped object has been deleted"), ErrorCode.HOST_FAILED),
        (Unsupported(what="below"), ErrorCode.UNSUPPORTED),
    ],
)
def test_an_editor_that_fails_costs_one_event(trouble: Exception, code: ErrorCode) -> None:
    host = Broken()
    with desk(host=host) as plugin:
        document = plugin.open()
        plugin.connect()
        host.trouble = trouble
        view = plugin.finish(plugin.controller.generate(REMOVE))
        assert view.status is JobStatus.FINISHED
        assert len(view.staging.ready) == 2
        notice = plugin.controller.state.notice
        assert notice is not None
        assert notice.error.code is code
        host.trouble = None
        plugin.controller.accept_all(view.job)
        assert names(plugin, document)[0] == "Remove"


class Nesting(MemoryHost):
    """An editor that goes through its event loop from within its own calls."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] = lambda: None

    def accept(
        self, document: Document, job: str, result: ResultContent, *, spot: Spot, document_key: str
    ) -> None:
        super().accept(document, job, result, spot=spot, document_key=document_key)
        self.meanwhile()

    def clear(self, document: Document, job: str) -> None:
        super().clear(document, job)
        self.meanwhile()


@pytest.mark.parametrize("action", ["accept", "discard"])
def test_a_variation_that_comes_within_a_call_of_the_editor_is_not_lost(action: str) -> None:
    host = Nesting()
    with desk(Script(hold={"result-1"}), host=host) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).staging.current == 0)

        def arrive() -> None:
            host.meanwhile = lambda: None
            plugin.backend.release("result-1")
            plugin.finish(job)

        host.meanwhile = arrive
        if action == "accept":
            plugin.controller.accept(job, copy=True)
        else:
            plugin.controller.discard(job, 0)
        view = plugin.view(job)
        seen = [(each.index, each.kept) for each in view.staging.ready]
        assert seen == ([(0, True), (1, False)] if action == "accept" else [(1, False)])
        if action == "discard":
            assert view.staging.current == 1
            plugin.controller.accept(job)
            assert names(plugin, document) == ["Remove (11)", "Background"]


def test_the_end_comes_though_the_editor_fails_at_it() -> None:
    host = Nesting()
    with desk(host=host) as plugin:
        plugin.open()
        plugin.connect()
        plugin.finish(plugin.controller.generate(REMOVE))

        def fail() -> None:
            host.meanwhile = lambda: None
            raise RuntimeError("wrapped object has been deleted")

        host.meanwhile = fail
        with pytest.raises(RuntimeError):
            plugin.controller.close(seconds=5.0)
        assert not plugin.client._thread.is_alive()


# -- failed jobs, and the end ----------------------------------------------------------------------


def test_a_failed_job_is_kept_only_as_long_as_it_can_be_tried_again() -> None:
    with desk(Script(failure=NoSource())) as plugin:
        plugin.open()
        plugin.connect()
        first = plugin.finish(plugin.controller.generate(ONE)).job
        second = plugin.finish(plugin.controller.generate(ONE)).job
        third = plugin.finish(plugin.controller.generate(ONE)).job
        left = [each.job for each in plugin.controller.state.jobs]
        assert first not in left
        assert left[-1] == third
        assert len(left) <= 2
        assert second in left or len(left) == 1


def test_nobody_is_told_anything_after_the_end() -> None:
    with desk(Script(hold={"started"})) as plugin:
        plugin.open()
        plugin.connect()
        plugin.controller.generate(ONE)
        plugin.until(lambda: bool(plugin.backend.jobs))
        plugin.controller.close(seconds=5.0)
        plugin.host.run_pending()
        before = plugin.controller.state
        plugin.backend.release("started")
        plugin.host.run_pending()
        assert plugin.controller.state is before


def test_closing_does_not_hold_up_the_ui() -> None:
    with desk() as plugin:
        plugin.connect()
        stuck, free = threading.Event(), threading.Event()

        def hands_full() -> None:
            stuck.wait(30.0)
            free.set()

        plugin.client._post(hands_full)  # to the I/O thread
        plugin.controller.close()
        assert not free.is_set()
        stuck.set()
