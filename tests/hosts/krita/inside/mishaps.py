"""What can happen while a job runs: the message, the document as it was, and a plug-in that goes on
working."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import krita
import pytest

from tests.hosts.krita.inside.brush import stroke
from tests.hosts.krita.inside.gui import Gui, OnGui
from tests.hosts.krita.inside.live import PREVIEW, SIZE, Live, slow
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, textured
from velatura_plugin.app import build
from velatura_plugin.client.events import Link
from velatura_plugin.host.krita.adapter import KritaHost
from velatura_plugin.settings import SettingsStore
from velatura_plugin.state.state import JobStatus
from velatura_plugin.ui.wording.words import sentence
from velatura_protocol.geometry import Rect


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


@pytest.fixture
def document(live: Live) -> krita.Document:
    document = live.open(textured(SIZE, BGRA8))
    live.hands.add_layer(document, textured(SIZE, BGRA8, turn=1.0))
    live.gui.settle()
    live.hands.activate(document, live.gui.call(lambda: document.topLevelNodes()[1]))
    live.select(document)
    return document


def test_the_layer_is_deleted(live: Live, document: krita.Document) -> None:
    job = live.start(slow(seconds=6.0, previews=40))
    live.until_preview(document, job)
    live.gui.call(lambda: document.topLevelNodes()[1].remove())
    live.gui.settle()
    live.ended(job)
    live.act("velatura_accept")
    names = live.names(document)
    assert names[0] == "Background"
    assert len(names) == 2
    assert not any(each.startswith(PREVIEW) for each in names)


def test_the_document_is_closed(live: Live, document: krita.Document) -> None:
    job = live.start(slow())
    live.until_preview(document, job)
    live.close_all()
    live.wait(lambda: not live.jobs)
    live.works()


def test_the_preview_is_undone(live: Live, document: krita.Document) -> None:
    before = live.print_of(document)
    job = live.start(slow())
    for _ in range(3):
        live.until_preview(document, job)
        live.undo()
    live.controller.discard(job)
    live.wait(lambda: not live.jobs)
    assert live.print_of(document) == before
    live.works()


def test_the_canvas_is_resized(live: Live, document: krita.Document) -> None:
    job = live.start(slow(seconds=6.0, previews=40))
    live.until_preview(document, job)
    live.hands.resize(document, Rect(0, 0, 80, 60))
    live.ended(job)
    live.act("velatura_accept")
    assert len(live.names(document)) == 3
    live.works()


def test_the_document_is_converted(live: Live, document: krita.Document) -> None:
    """Samples of another depth would be read past their end."""
    job = live.start(slow(seconds=4.0, previews=20))
    live.until_preview(document, job)
    live.gui.call(lambda: document.setColorSpace("RGBA", "U16", "sRGB-elle-V2-srgbtrc.icc"))
    live.gui.settle(0.3)
    live.ended(job)
    assert "The picture was converted meanwhile" in live.notice
    live.act("velatura_discard")
    assert len(live.names(document)) == 2
    live.works()


def test_somebody_paints(live: Live, document: krita.Document) -> None:
    """On the layer below the previews: each stroke is there, and nothing else is changed."""
    bottom = live.gui.call(lambda: document.topLevelNodes()[0])
    live.hands.activate(document, bottom)
    before = _pixels(live, bottom)
    job = live.start(slow(seconds=6.0, previews=60))
    live.until_preview(document, job)
    strokes: list[bytes] = [before]
    for number in range(4):
        stroke(live.gui, from_x=0.1 + 0.15 * number)
        live.wait(lambda: _pixels(live, bottom) != strokes[-1])
        strokes.append(_pixels(live, bottom))
    live.ended(job)
    live.act("velatura_discard")
    assert _pixels(live, bottom) == strokes[-1]
    assert len(live.names(document)) == 2


def _pixels(live: Live, node: krita.Node) -> bytes:
    live.gui.settle()
    return live.gui.call(lambda: bytes(node.pixelData(0, 0, SIZE.width, SIZE.height)))


def test_two_documents_at_once(live: Live, document: krita.Document) -> None:
    first = live.start(slow(seconds=4.0, previews=20))
    other = live.open(textured(SIZE, BGRA8, turn=2.0))
    live.select(other)
    second = live.start(slow(seconds=4.0, previews=20))
    before = len(live.names(document)), len(live.names(other))
    assert before[1] == 1
    live.ended(first)
    live.ended(second)
    live.controller.accept(first)
    live.controller.discard(second)
    live.gui.settle()
    assert len(live.names(document)) == 3
    assert len(live.names(other)) == 1
    assert live.hands.is_ready(other)


def test_the_backend_is_killed(live: Live, document: krita.Document) -> None:
    before = live.print_of(document)
    job = live.start(slow())
    live.until_preview(document, job)
    os.kill(_backend(), signal.SIGKILL)
    live.wait(lambda: live.job(job).status.is_end)
    view = live.job(job)
    assert view.status is JobStatus.FAILED
    assert view.error is not None
    assert "Your document is unchanged" in sentence(view.error)
    live.wait(lambda: live.print_of(document) == before)
    live.works()


def test_the_disk_is_full(live: Live, document: krita.Document) -> None:
    before, backend = live.print_of(document), _backend()
    unlimited = resource.prlimit(backend, resource.RLIMIT_FSIZE)
    resource.prlimit(backend, resource.RLIMIT_FSIZE, (512, unlimited[1]))
    try:
        job = live.start(slow(seconds=0.5, previews=2))
        live.wait(lambda: live.job(job).status.is_end)
        view = live.job(job)
    finally:
        resource.prlimit(backend, resource.RLIMIT_FSIZE, unlimited)
    assert view.status is JobStatus.FAILED
    assert view.error is not None
    assert "The disk is full" in sentence(view.error)
    live.wait(lambda: live.print_of(document) == before)
    live.works()


def test_a_backend_of_another_version(live: Live, document: krita.Document) -> None:
    before = live.print_of(document)
    folder = Path(os.environ["VELATURA_OTHER_DATA_DIR"])
    other: Any = live.gui.call(lambda: _app(folder))
    try:
        live.gui.call(other.start)
        controller: Any = OnGui(other.controller, live.gui)
        live.wait(lambda: controller.state.link.error is not None)
        link = controller.state.link
        assert link.link is not Link.ONLINE
        assert sentence(link.error).endswith("do not fit. Update the older one.")
        assert "2.0" in sentence(link.error)
    finally:
        live.gui.call(other.close)
    assert live.print_of(document) == before
    live.works()


def _app(folder: Path) -> object:
    store = SettingsStore(Path(os.environ["TMPDIR"]) / "other-settings")
    return build(KritaHost(), store.load_with_identity(), folder)


def _backend() -> int:
    runtime = Path(os.environ["VELATURA_DATA_DIR"], "runtime.json")
    return int(json.loads(runtime.read_text())["pid"])
