"""A document's earlier results, after it was saved, closed and opened again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import krita
import pytest

from tests.hosts.krita.inside.gui import Gui, OnGui
from tests.hosts.krita.inside.live import PREVIEW, SIZE, Live, temporary
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, textured
from velatura_plugin.client.events import Link
from velatura_plugin.features.history import DocumentHistory
from velatura_plugin.state.state import HistoryView
from velatura_protocol.geometry import Rect

ELSEWHERE = Rect(5, 5, 24, 20)


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


@pytest.fixture
def history(live: Live) -> Iterator[DocumentHistory]:
    assert live.extension.app is not None
    history = OnGui(live.extension.app.history, live.gui)
    yield history  # type: ignore[misc]
    history.close()


def listed(live: Live, history: DocumentHistory) -> HistoryView:
    live.controller.refresh()
    history.open()
    live.wait(lambda: live.state.history.is_known)
    return live.state.history


def saved(live: Live, document: krita.Document) -> str:
    path = str(temporary("picture.kra"))

    def save() -> bool:
        document.waitForDone()
        document.setBatchmode(True)
        return document.saveAs(path)

    assert live.gui.call(save)
    return path


def reopened(live: Live, path: str) -> krita.Document:
    def open_it() -> krita.Document:
        application = krita.Krita.instance()
        opened = application.openDocument(path)
        application.activeWindow().addView(opened)
        return opened

    live.close_all()
    again = live.gui.call(open_it)
    live.wait(lambda: live.hands.is_ready(again))
    return again


def kill_backend() -> None:
    runtime = Path(os.environ["VELATURA_DATA_DIR"], "runtime.json")
    os.kill(int(json.loads(runtime.read_text())["pid"]), signal.SIGKILL)


def meets_backend(live: Live) -> bool:
    """The plug-in gives up where none can be started; this one is started again from outside."""
    app = live.extension.app
    assert app is not None
    if live.state.link.link is Link.OFFLINE:
        live.gui.call(app.client.retry_now)
        live.gui.settle(0.5)
    return live.state.link.link is Link.ONLINE


def test_it_is_found_in_the_document_that_was_opened_again(
    live: Live, history: DocumentHistory
) -> None:
    """The first job was accepted, the second one staged when the document was closed."""
    document = live.open(textured(SIZE, BGRA8))
    live.select(document)
    accepted = live.remove()
    live.act("velatura_accept")
    path = saved(live, document)
    live.select(document, ELSEWHERE)
    left = live.remove()
    again = reopened(live, path)
    kill_backend()
    live.wait(lambda: live.state.link.link is not Link.ONLINE)
    live.wait(lambda: meets_backend(live))
    assert [each.job for each in listed(live, history).jobs] == [left.job, accepted.job]
    live.wait(lambda: all(each.cover for each in live.state.history.jobs))
    before = bytes(live.seen(again, BGRA8).data)
    history.restore(left.job)
    live.ended(left.job)
    assert any(each.startswith(PREVIEW) for each in live.names(again))
    assert bytes(live.seen(again, BGRA8).data) != before
    live.act("velatura_accept")
    assert len(live.names(again)) == 3
    live.undo()
    assert bytes(live.seen(again, BGRA8).data) == before


def test_a_new_document_has_none(live: Live, history: DocumentHistory) -> None:
    live.open(textured(SIZE, BGRA8))
    assert listed(live, history).jobs == ()
