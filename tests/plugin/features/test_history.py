from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from velatura_plugin.features.history import DocumentHistory
from velatura_plugin.host.base import Document
from velatura_plugin.state.state import HistoryView, JobStatus, JobView
from velatura_protocol.errors import ErrorCode, NotFound
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import Intent


@pytest.fixture
def table() -> Iterator[Desk]:
    with desk() as opened:
        yield opened


@pytest.fixture
def document(table: Desk) -> Document:
    document = table.open()
    table.connect()
    return document


@pytest.fixture
def history(table: Desk) -> DocumentHistory:
    return DocumentHistory(table.controller, table.client)


def made(table: Desk) -> str:
    """A finished job that has left the panel."""
    job = table.controller.generate(REMOVE)
    table.finish(job)
    table.controller.discard(job)
    return job


def listed(table: Desk, history: DocumentHistory) -> HistoryView:
    history.open()
    table.until(lambda: table.controller.state.history.is_known)
    return table.controller.state.history


def restored(table: Desk, history: DocumentHistory, job: str) -> JobView:
    listed(table, history)
    history.restore(job)
    return table.finish(job)


def test_a_documents_jobs_newest_first(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    first, second = made(table), made(table)
    view = listed(table, history)
    assert [each.job for each in view.jobs] == [second, first]
    assert view.document == document.id
    summary = view.jobs[0].summary
    assert (summary.intent, summary.state, summary.variations) == (
        Intent.REMOVE,
        JobState.FINISHED,
        2,
    )


def test_covers_follow(table: Desk, history: DocumentHistory, document: Document) -> None:
    made(table)
    listed(table, history)
    table.until(lambda: table.controller.state.history.jobs[0].cover is not None)
    cover = table.controller.state.history.jobs[0].cover
    assert cover is not None
    assert bytes(cover.data) == bytes(4)


def test_nothing_is_asked_while_it_is_closed(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    made(table)
    history.refresh()
    assert table.controller.state.history == HistoryView()
    listed(table, history)
    history.close()
    assert table.controller.state.history == HistoryView()


def test_it_follows_jobs_that_end(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    assert listed(table, history).jobs == ()
    job = made(table)
    table.until(lambda: bool(table.controller.state.history.jobs))
    assert table.controller.state.history.get(job) is not None


def test_it_follows_the_active_document(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = made(table)
    assert listed(table, history).jobs
    other = table.open(seed=3)
    table.controller.refresh()
    table.until(lambda: table.controller.state.history.is_known)
    view = table.controller.state.history
    assert (view.document, view.jobs) == (other.id, ())
    history.open(everything=True)
    table.until(lambda: table.controller.state.history.is_known)
    assert [each.job for each in table.controller.state.history.jobs] == [job]


def test_a_job_ends_just_after_the_user_has_gone_to_another_document(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = table.controller.generate(REMOVE)
    listed(table, history)
    other = table.open(seed=3)
    table.finish(job)
    table.until(lambda: table.controller.state.history.is_known)
    assert table.controller.state.notice is None
    assert table.controller.state.history.document == other.id
    assert table.controller.state.history.jobs == ()


def test_without_a_document_there_is_nothing(table: Desk, history: DocumentHistory) -> None:
    table.connect()
    history.open()
    assert table.controller.state.history == HistoryView(is_open=True, is_known=True)
    with pytest.raises(NotFound):
        history.restore("anything")


def test_without_a_backend_it_says_so_and_asks_again_when_there_is_one() -> None:
    with desk(delays=(1,)) as table:
        history = DocumentHistory(table.controller, table.client)
        table.backend.is_down = True
        table.open()
        table.controller.start()
        history.open()
        table.until(lambda: table.controller.state.history.problem is not None)
        problem = table.controller.state.history.problem
        assert problem is not None
        assert problem.code is ErrorCode.BACKEND_UNAVAILABLE
        table.backend.is_down = False
        table.client.retry_now()
        table.until(lambda: table.controller.state.history.is_known)
        assert table.controller.state.history.problem is None


def test_what_is_restored_is_staged_and_accepted_like_new(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = made(table)
    before = table.host.documents[document.id].contents
    view = restored(table, history, job)
    assert view.status is JobStatus.FINISHED
    assert view.is_restored
    assert not view.is_displaced
    assert [each.seed for each in view.staging.ready] == [10, 11]
    assert view.regions == (Rect(6, 4, 8, 7),)
    assert table.host.documents[document.id].contents != before, "it is on the canvas"
    table.controller.step_variation(job, 1)
    table.controller.accept(job)
    assert len(table.host.documents[document.id].contents.own_layers()) == 2
    assert restored(table, history, job).is_staging, "and may be again"
    table.controller.discard(job)
    assert len(table.host.documents[document.id].contents.own_layers()) == 2


def test_its_captured_pixels_are_gone(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = made(table)
    restored(table, history, job)
    for action in (table.controller.more_like_this, table.controller.retry):
        with pytest.raises(NotFound):
            action(job)


def test_twice_is_once(table: Desk, history: DocumentHistory, document: Document) -> None:
    job = made(table)
    restored(table, history, job)
    history.restore(job)
    assert len(table.controller.state.jobs) == 1


def test_a_list_is_not_taken_for_that_of_another_document(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    """The user has gone to another document and the panel has not seen it yet."""
    job = made(table)
    listed(table, history)
    other = table.open(seed=3)
    with pytest.raises(NotFound):
        history.restore(job)
    assert table.controller.state.jobs == ()
    assert table.controller.state.history.document == other.id, "it has been asked for instead"


def test_a_canvas_of_another_size_is_told(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = made(table)
    table.host.resize(document, Rect(-5, 0, 40, 16))
    view = restored(table, history, job)
    assert view.is_displaced
    assert view.is_staging


def test_what_is_gone_leaves_the_panel_and_says_so(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = made(table)
    listed(table, history)
    del table.backend.jobs[job]
    history.restore(job)
    history.close()
    table.until(lambda: table.controller.state.job(job) is None)
    notice = table.controller.state.notice
    assert notice is not None
    assert (notice.error.code, notice.job) == (ErrorCode.NOT_FOUND, "")


def test_pixels_that_are_gone_are_told(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = made(table)
    listed(table, history)
    table.backend.blobs.clear()
    history.restore(job)
    table.until(lambda: table.controller.state.job(job) is None)
    assert table.controller.state.notice is not None


def test_favourites_and_forgetting(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job, other = made(table), made(table)
    listed(table, history)
    history.set_favourite(job, favourite=True)

    def favourites() -> list[str]:
        kept = table.controller.state.history.jobs
        return [each.job for each in kept if each.summary.favourite]

    table.until(lambda: favourites() == [job])
    history.forget(other)
    table.until(lambda: [each.job for each in table.controller.state.history.jobs] == [job])
    history.set_favourite(other, favourite=True)
    table.until(lambda: table.controller.state.notice is not None)


def test_what_a_closed_document_had_staged_is_kept(
    table: Desk, history: DocumentHistory, document: Document
) -> None:
    job = table.controller.generate(REMOVE)
    table.finish(job)
    table.host.close(document)
    table.controller.document_closed(document.id)
    assert table.controller.state.jobs == ()
    table.open()
    table.controller.refresh()
    history.open(everything=True)
    table.until(lambda: table.controller.state.history.is_known)
    history.restore(job)
    assert table.finish(job).is_staging
