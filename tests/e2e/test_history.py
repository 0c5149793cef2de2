"""Earlier results of a document, over restarts of the backend and of the editor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.test_plugin_roundtrip import ECHO, backend, connect, finish, plugin
from tests.plugin.desk import noise
from velatura_plugin.app import App
from velatura_plugin.host.base import Document
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.state.state import HistoryView
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.tasks import Intent

SIZE = Size(48, 40)
KEY = "velatura/document-key"
EXTEND = replace(ECHO, intent=Intent.EXPAND, engine="builtin_fill", extent=Margins(8, 0, 0, 6))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def opened(host: MemoryHost, key: str = "", size: Size = SIZE) -> Document:
    """As from a file that has the key in it."""
    document = host.open(noise(size))
    host.select(document, Rect(20, 10, 9, 7))
    if key:
        host.documents[document.id].annotations[KEY] = key
    return document


def listed(app: App, host: MemoryHost) -> HistoryView:
    app.history.open()
    host.run_until(lambda: app.controller.state.history.is_known, seconds=60)
    return app.controller.state.history


def session(data: Path) -> tuple[str, str, str]:
    """Two jobs, one of them accepted, before the document is closed: their ids, and its key."""
    with backend(data), plugin(data) as (app, host):
        document = opened(host)
        connect(app, host)
        accepted = app.controller.generate(ECHO)
        finish(app, host, accepted)
        app.controller.accept(accepted)
        # Elsewhere: echo inverts, and what it makes of its own result is the picture itself.
        host.select(document, Rect(2, 20, 9, 7))
        left = app.controller.generate(replace(ECHO, seed=7, prompt="red velvet"))
        finish(app, host, left)
        key = host.document_key(document)
        host.close(document)
        app.controller.document_closed(document.id)
        return accepted, left, key


def test_it_is_found_after_everything_was_restarted(data: Path) -> None:
    accepted, left, key = session(data)
    with backend(data), plugin(data) as (app, host):
        document = opened(host, key)
        connect(app, host)
        view = listed(app, host)
        assert [each.job for each in view.jobs] == [left, accepted]
        assert view.jobs[0].summary.prompt == "red velvet"
        host.run_until(lambda: all(k.cover for k in app.controller.state.history.jobs), seconds=60)
        before = host.flatten(document)
        app.history.restore(left)
        restored = finish(app, host, left)
        assert [each.seed for each in restored.staging.ready] == [7, 8]
        assert host.flatten(document) != before, "it is staged"
        app.controller.discard(left)
        assert host.flatten(document) == before
        app.history.restore(left)
        finish(app, host, left)
        app.controller.accept(left)
        assert len(host.documents[document.id].contents.own_layers()) == 2


def test_another_document_has_none_of_it(data: Path) -> None:
    session(data)
    with backend(data), plugin(data) as (app, host):
        opened(host)
        connect(app, host)
        assert listed(app, host).jobs == ()


def test_what_was_accepted_from_an_extension_does_not_grow_again(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = opened(host)
        connect(app, host)
        job = app.controller.generate(EXTEND)
        finish(app, host, job)
        app.controller.accept(job)
        grown = host.document(document.id).size
        assert grown == Size(56, 46)
        app.controller.refresh()
        listed(app, host)
        app.history.restore(job)
        assert not finish(app, host, job).is_displaced
        app.controller.step_variation(job, 1)
        app.controller.accept(job)
        assert host.document(document.id).size == grown
        top = host.documents[document.id].contents.own_layers()[-1]
        assert top.patches[0].region.x == 0


def test_an_extension_that_was_not_accepted_still_can_be(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = opened(host)
        connect(app, host)
        job = app.controller.generate(EXTEND)
        finish(app, host, job)
        app.controller.discard(job)
        listed(app, host)
        app.history.restore(job)
        finish(app, host, job)
        app.controller.accept(job)
        assert host.document(document.id).size == Size(56, 46)
