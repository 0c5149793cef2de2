"""Several documents, and documents that are closed."""

from __future__ import annotations

import pytest

from tests.plugin.desk import REMOVE, Desk, desk
from tests.plugin.scripted import Script
from velatura_plugin.host.base import Document
from velatura_plugin.state.state import NoticeDismissed, PutAway
from velatura_protocol.errors import NotFound


@pytest.fixture
def plugin():
    with desk() as opened:
        yield opened


def test_two_documents_with_jobs_at_once() -> None:
    with desk(Script(hold={"finished"})) as plugin:
        first, second = plugin.open(seed=1), plugin.open(seed=2)
        plugin.connect()
        before = [plugin.host.flatten(each) for each in (first, second)]
        jobs = [plugin.controller.generate(REMOVE, document=each) for each in (first, second)]
        plugin.until(lambda: all(plugin.view(each).staging.ready for each in jobs))
        plugin.backend.release("finished")
        for job in jobs:
            plugin.finish(job)
        plugin.controller.accept(jobs[0])
        plugin.controller.discard(jobs[1])
        assert plugin.host.flatten(second) == before[1]
        names = [each.name for each in plugin.host.documents[first.id].contents.layers]
        assert names == ["Background", "Remove (10)"]
        keys = {plugin.backend.jobs[each].submit.task.document_key for each in jobs}
        assert len(keys) == 2


def test_a_closed_document_takes_its_jobs_along() -> None:
    with desk(Script(hold={"result-1"})) as plugin:
        document = plugin.open()
        plugin.connect()
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).staging.current == 0)
        plugin.host.close(document)
        plugin.controller.document_closed(document.id)
        assert plugin.controller.state.jobs == ()
        plugin.until(lambda: plugin.backend.jobs[job].is_cancelled)


def test_what_is_discarded_unseen_is_counted(plugin: Desk) -> None:
    """A shortcut asks nothing, so it says where they are."""
    document = plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    plugin.controller.discard(job, 0)
    assert plugin.controller.state.put_away is None, "the strip is still open"
    plugin.controller.discard(job)
    assert plugin.controller.state.put_away == PutAway(document.id, 1)
    plugin.controller.store.apply(NoticeDismissed())
    assert plugin.controller.state.put_away is None


def test_what_was_accepted_is_not_missed(plugin: Desk) -> None:
    plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    plugin.controller.accept(job, copy=True)
    plugin.controller.show_variation(job, 1)
    plugin.controller.accept(job, copy=True)
    plugin.controller.discard(job)
    assert plugin.controller.state.put_away is None


def test_a_closed_document_says_what_it_had(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    for _ in range(2):
        plugin.finish(plugin.controller.generate(REMOVE))
    plugin.host.close(document)
    plugin.controller.document_closed(document.id)
    away = PutAway(document.id, 4, is_closed=True, name=document.name)
    assert plugin.controller.state.put_away == away
    plugin.open()
    plugin.finish(plugin.controller.generate(REMOVE))
    assert plugin.controller.state.put_away is None, "there is something newer"


def test_one_canvas_that_fails_does_not_keep_the_others(plugin: Desk) -> None:
    """The editor asks only once to end."""
    document = plugin.open()
    plugin.connect()
    for _ in range(2):
        plugin.finish(plugin.controller.generate(REMOVE))
    clear, cleared = plugin.host.clear, list[str]()

    def failing(document: Document, job: str) -> None:
        cleared.append(job)
        clear(document, job)
        if len(cleared) == 1:
            raise RuntimeError("unforeseen")

    plugin.host.clear = failing
    with pytest.raises(RuntimeError):
        plugin.controller.close()
    assert len(cleared) == 2
    layers = plugin.host.documents[document.id].contents.layers
    assert [each.name for each in layers] == ["Background"]


def test_accepting_into_a_closed_document_loses_nothing(plugin: Desk) -> None:
    document = plugin.open()
    plugin.connect()
    job = plugin.controller.generate(REMOVE)
    plugin.finish(job)
    plugin.host.close(document)
    with pytest.raises(NotFound):
        plugin.controller.accept(job)
    assert plugin.view(job).staging.current == 0


def test_closing_takes_previews_off_the_canvas() -> None:
    with desk(Script(hold={"result-0"})) as plugin:
        document = plugin.open()
        plugin.connect()
        before = plugin.host.documents[document.id].contents
        job = plugin.controller.generate(REMOVE)
        plugin.until(lambda: plugin.view(job).preview is not None)
        plugin.controller.close()
        assert plugin.host.documents[document.id].contents == before
