"""The main flow, over the memory host, the memory transport and a scripted backend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from tests.plugin.scripted import Script
from tests.plugin.scripted_jobs import inverted
from velatura_plugin.host.samples import crop
from velatura_plugin.settings import Settings
from velatura_plugin.state.state import JobStatus, NoticeDismissed
from velatura_protocol.errors import (
    BackendUnavailable,
    ErrorCode,
    NoSource,
    NotFound,
    NothingSelected,
    OutOfMemory,
    TooLarge,
)
from velatura_protocol.geometry import Rect


@pytest.fixture
def plugin():
    with desk() as opened:
        yield opened


def test_capture_to_accept(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    before = plugin.host.flatten(document)
    undo_steps = len(plugin.host.documents[document.id].undo_log)
    job = plugin.controller.generate(REMOVE)
    view = plugin.finish(job)
    assert view.status is JobStatus.FINISHED
    assert [each.index for each in view.staging.ready] == [0, 1]
    assert [each.seed for each in view.staging.ready] == [10, 11]
    assert all(each.thumbnail is not None for each in view.staging.ready)
    assert view.staging.current == 0
    contents = plugin.host.documents[document.id].contents
    assert [each.name for each in contents.layers if each.job] == ["[Preview] result"]

    plugin.controller.accept(job)
    contents = plugin.host.documents[document.id].contents
    assert [each.name for each in contents.layers] == ["Background", "Remove (10)"]
    assert contents.layers[1].provenance is not None
    assert contents.layers[1].provenance.seed == 10
    assert len(plugin.host.documents[document.id].undo_log) == undo_steps + 1
    assert plugin.host.document_key(document)
    assert plugin.controller.state.jobs == ()
    plugin.host.undo(document)
    assert plugin.host.flatten(document) == before


def test_the_layer_holds_what_the_backend_made(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    view = plugin.finish(job)
    region = view.regions[0]
    captured = plugin.host.capture(document, REMOVE.sample_source, region)
    for variation in view.staging.ready:
        assert variation.content is not None
        (patch,) = variation.content.layers[0].patches
        assert patch.region == region
        assert bytes(patch.pixels.data) == inverted(bytes(captured.data), variation.index)
        assert patch.mask is not None
        selected = crop(patch.mask, region, Rect(8, 6, 4, 3))
        assert selected == b"\xff" * 12
        assert sum(bytes(patch.mask.data)) == 255 * 12


def test_discard_leaves_the_document_identical(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    before = plugin.host.documents[document.id].contents
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    assert plugin.host.documents[document.id].contents != before
    plugin.controller.discard(job)
    assert plugin.host.documents[document.id].contents == before
    assert plugin.controller.state.jobs == ()


def test_a_discarded_variation_gives_way_to_the_next(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    before = plugin.host.documents[document.id].contents
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    plugin.controller.discard(job, 0)
    assert plugin.view(job).staging.current == 1
    plugin.controller.discard(job, 1)
    assert plugin.controller.state.jobs == ()
    assert plugin.host.documents[document.id].contents == before


def test_accept_as_copy_keeps_the_strip_open(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    plugin.controller.accept(job, copy=True)
    assert [each.kept for each in plugin.view(job).staging.variations] == [True, False]
    plugin.controller.accept_all(job)
    names = [each.name for each in plugin.host.documents[document.id].contents.layers]
    assert names == ["Background", "Remove (10)", "Remove (11)"]


def test_nothing_is_sent_without_a_selection(plugin: Desk) -> None:
    document = plugin.open()
    plugin.host.deselect(document)
    plugin.connect()
    with pytest.raises(NothingSelected):
        plugin.controller.generate(REMOVE)
    plugin.host.select(document, Rect(0, 0, 4, 4), bytes(16))
    with pytest.raises(NothingSelected):
        plugin.controller.generate(REMOVE)
    assert plugin.controller.state.jobs == ()
    assert plugin.backend.jobs == {}


def test_no_backend_and_no_document(plugin: Desk) -> None:
    with pytest.raises(BackendUnavailable):
        plugin.controller.generate(REMOVE)
    plugin.connect()
    with pytest.raises(NotFound):
        plugin.controller.generate(REMOVE)


def test_cancel_while_it_runs() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        before = plugin.host.documents[document.id].contents
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).preview is not None)
        assert plugin.host.documents[document.id].contents != before
        plugin.controller.cancel(job)
        assert plugin.view(job).cancelling
        plugin.until(lambda: plugin.controller.state.job(job) is None)
        assert plugin.host.documents[document.id].contents == before


def test_cancel_keeps_what_is_finished() -> None:
    with desk(Script(hold={"result-1"})) as plugin:
        plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).staging.current == 0)
        plugin.controller.stop_all()
        view = plugin.finish(job)
        assert view.status is JobStatus.CANCELLED
        assert [each.index for each in view.staging.ready] == [0]
        plugin.controller.accept(job)
        assert plugin.controller.state.jobs == ()


def test_a_preview_never_displaces_a_result() -> None:
    with desk(Script(hold={"finished"}, previews=1)) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: len(plugin.view(job).staging.ready) == 2)
        contents = plugin.host.documents[document.id].contents
        assert [each.name for each in contents.layers if each.job] == ["[Preview] result"]
        plugin.backend.release("finished")
        plugin.finish(job)


def test_previews_are_not_captured() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        before = plugin.host.capture(document, REMOVE.sample_source, Rect.of_size(document.size))
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).preview is not None)
        now = plugin.host.capture(document, REMOVE.sample_source, Rect.of_size(document.size))
        assert plugin.host.flatten(document) != before
        assert now == before


def test_a_failed_variation_leaves_the_others() -> None:
    with desk(Script(errors={0: OutOfMemory(device="cpu")})) as plugin:
        plugin.open()
        plugin.connect()
        view = plugin.finish(plugin.controller.generate(REMOVE))
        assert view.status is JobStatus.FINISHED
        assert [each.index for each in view.staging.ready] == [1]
        assert view.staging.current == 1
        assert [(each.index, each.error.code) for each in view.failures] == [
            (0, ErrorCode.OUT_OF_MEMORY)
        ]


def test_a_failed_job_says_why_and_can_be_tried_again() -> None:
    with desk(Script(failure=NoSource())) as plugin:
        document = plugin.open()
        plugin.connect()
        before = plugin.host.documents[document.id].contents
        job = plugin.controller.generate(REMOVE)
        view = plugin.finish(job)
        assert view.error is not None
        assert view.error.code is ErrorCode.NO_SOURCE
        notice = plugin.controller.state.notice
        assert notice is not None
        assert (notice.job, notice.error.code) == (job, ErrorCode.NO_SOURCE)
        assert plugin.host.documents[document.id].contents == before

        plugin.backend.script.failure = None
        uploaded = plugin.backend.uploaded_bytes
        again = plugin.controller.retry(job)
        assert plugin.controller.state.notice is None
        assert plugin.finish(again).status is JobStatus.FINISHED
        assert plugin.backend.uploaded_bytes == uploaded, "the backend has these pixels already"


def test_a_refused_job_has_failed() -> None:
    with desk(Script(refusal=TooLarge(pixels=2, limit=1))) as plugin:
        plugin.open()
        plugin.connect()
        view = plugin.finish(plugin.controller.generate(REMOVE))
        assert view.status is JobStatus.FAILED
        assert view.error is not None
        assert view.error.code is ErrorCode.TOO_LARGE


def test_more_like_this_takes_the_next_seeds(plugin: Desk) -> None:
    plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    more = plugin.controller.more_like_this(job)
    view = plugin.finish(more)
    assert [each.seed for each in view.staging.ready] == [12, 13]
    assert plugin.view(job).regions == view.regions


def test_results_are_acknowledged_once_they_are_here(plugin: Desk) -> None:
    plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    last = plugin.backend.jobs[job].events[-1].seq
    plugin.controller.close(seconds=5.0)
    plugin.backend.settle()
    assert plugin.backend.jobs[job].acked == last


def test_accept_automatically() -> None:
    with desk(settings=Settings(accept_automatically=True)) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(replace(REMOVE, variations=1))
        plugin.until(lambda: plugin.controller.state.job(job) is None)
        assert len(plugin.host.documents[document.id].contents.layers) == 2


def test_a_user_action_that_fails_becomes_the_notice(plugin: Desk) -> None:
    plugin.connect()
    assert plugin.controller.store.attempt(lambda: plugin.controller.generate(REMOVE)) is None
    notice = plugin.controller.state.notice
    assert notice is not None
    assert notice.error.code is ErrorCode.NOT_FOUND
    plugin.controller.store.apply(NoticeDismissed())
    assert plugin.controller.state.notice is None
