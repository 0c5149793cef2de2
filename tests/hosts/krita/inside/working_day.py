"""What makes a working day short: retouch mode, repeat, each selected layer, corners filled."""

from __future__ import annotations

from collections.abc import Iterator

import krita
import pykrita
import pytest

from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.history import reopened, saved
from tests.hosts.krita.inside.live import SIZE, Live
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, textured
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import LayerInfo, LayerKind
from velatura_plugin.host.krita.qt import QUuid
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Rect
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import Intent, Operation

if getattr(pykrita, "qt_major_version", lambda: 5)() == 6:
    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtWidgets import QTreeView
else:
    from PyQt5.QtCore import QModelIndex
    from PyQt5.QtWidgets import QTreeView

REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE, seed=3)
LIST = "listLayers"
BLOT, BESIDE = Rect(60, 40, 24, 20), Rect(74, 44, 30, 20)
BLEMISHES = (Rect(20, 20, 12, 10), Rect(90, 60, 20, 20), Rect(95, 65, 24, 24))


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


@pytest.fixture
def document(live: Live) -> krita.Document:
    return live.open(textured(SIZE, BGRA8))


@pytest.fixture
def retouching(live: Live, document: krita.Document) -> Iterator[None]:
    """By the menu, on and off; the document is there before, because what is selected in one that
    the mode has not looked at yet is not taken: a test selects faster than it looks."""
    live.act("velatura_retouch_mode")
    live.wait(lambda: live.state.retouch.is_on)
    yield
    live.act("velatura_retouch_mode")
    live.wait(lambda: not live.state.retouch.is_on)


def taken(live: Live, document: krita.Document) -> bool:
    return live.gui.call(lambda: document.selection() is None)


def rest(live: Live) -> None:
    live.wait(lambda: not live.jobs and not live.state.retouch.waiting)
    live.gui.settle()


def results(live: Live) -> list[LayerInfo]:
    """From top to bottom."""
    layers = live.host.layers(live.host.active_document())
    return [each for each in layers if each.is_result]


def blotted() -> Pixels:
    """Grass, with a red blot."""
    grass, red = b"\x20\xa0\x30\xff", b"\x20\x20\xd0\xff"
    pixels = (
        red if BLOT.contains(Rect(x, y, 1, 1)) else grass
        for y in range(SIZE.height)
        for x in range(SIZE.width)
    )
    return Pixels(SIZE, BGRA8, b"".join(pixels))


def red_in(live: Live, document: krita.Document, layer: str) -> int:
    """How many pixels of it are, of a layer or of what is seen."""

    def read() -> bytes:
        node = document.nodeByUniqueID(QUuid(layer)) if layer else document
        return bytes(node.pixelData(0, 0, SIZE.width, SIZE.height))

    live.gui.settle()
    data = live.gui.call(read)
    pixels = zip(data[1::4], data[2::4], data[3::4], strict=True)
    return sum(1 for green, red, alpha in pixels if alpha and red > green)


def unfolded(live: Live) -> list[str]:
    """Names in Krita's own layer list that have their masks or members under them."""

    def look() -> list[str]:
        window = krita.Krita.instance().activeWindow().qwindow()
        (rows,) = (each for each in window.findChildren(QTreeView) if each.objectName() == LIST)
        return list(_open_rows(rows, rows.rootIndex()))

    return live.gui.call(look)


def _open_rows(rows: QTreeView, parent: QModelIndex) -> Iterator[str]:
    model = rows.model()
    for number in range(model.rowCount(parent)):
        index = model.index(number, 0, parent)
        if rows.isExpanded(index) and model.rowCount(index):
            yield str(index.data())
            yield from _open_rows(rows, index)


def depths(live: Live) -> list[int]:
    return [each.depth for each in live.host.layers(live.host.active_document())]


@pytest.mark.usefixtures("retouching")
def test_blemishes_one_after_another(live: Live, document: krita.Document) -> None:
    """The last one overlaps the second and is drawn while that is worked on."""
    before = bytes(live.seen(document, BGRA8).data)
    for region in BLEMISHES:
        live.select(document, region)
        live.wait(lambda: taken(live, document))
    rest(live)
    assert live.notice == ""
    assert "Retouch" in live.names(document)
    assert depths(live) == [0, 1, 1, 1, 0]
    assert unfolded(live) == [], "the group is one row"
    assert bytes(live.seen(document, BGRA8).data) != before
    for _ in range(3 * len(BLEMISHES)):
        if len(depths(live)) > 1:
            live.undo()
    assert bytes(live.seen(document, BGRA8).data) == before


@pytest.mark.usefixtures("retouching")
def test_what_undo_brings_back_is_not_removed_again(live: Live, document: krita.Document) -> None:
    live.select(document, BLEMISHES[0])
    live.wait(lambda: taken(live, document))
    rest(live)
    live.undo()
    live.select(document, BLEMISHES[0])
    live.gui.settle(0.6)
    assert not taken(live, document)
    assert live.jobs == ()


@pytest.mark.usefixtures("retouching")
def test_an_error_is_told_and_the_mode_stays_on(live: Live, document: krita.Document) -> None:
    live.select(document, Rect(0, 0, SIZE.width, SIZE.height))
    live.wait(lambda: taken(live, document))
    live.wait(lambda: live.notice != "")
    assert live.state.notice.error.code is ErrorCode.NO_SOURCE
    assert live.state.retouch.is_on
    live.select(document, BLEMISHES[0])
    live.wait(lambda: taken(live, document))
    live.wait(lambda: "Retouch" in live.names(document))


def test_the_same_on_another_selection(live: Live, document: krita.Document) -> None:
    live.select(document, BLEMISHES[0])
    live.remove()
    live.act("velatura_accept")
    live.select(document, BLEMISHES[1])
    live.act("velatura_repeat")
    (job,) = live.jobs
    live.ended(job.job)
    live.act("velatura_accept")
    assert depths(live) == [0, 0, 0]


def test_what_is_removed_beside_is_made_of_what_is_seen(live: Live) -> None:
    """The blot is removed, then something beside it, with the user's own layer active all the
    time; then once more after the document was saved and opened again."""
    document = live.open(blotted())
    (bottom,) = live.names(document)
    for region in (BLOT, BESIDE):
        live.select(document, region)
        live.remove()
        live.act("velatura_accept")
        assert live.host.active_layer(live.host.active_document()).name == bottom
    first, second = (each.reference for each in reversed(results(live)))
    assert red_in(live, document, "") == 0
    assert red_in(live, document, second) == 0, "it was made of what had been removed before"
    again = reopened(live, saved(live, document))
    assert [each.reference for each in results(live)] == [second, first]
    live.select(again, BESIDE)
    live.remove()
    live.act("velatura_accept")
    assert [each.reference for each in results(live)][1:] == [second, first]
    while len(results(live)) > 2:
        live.undo()
    assert [each.reference for each in results(live)] == [second, first]


def test_a_result_that_was_undone_is_not_seen(live: Live, document: krita.Document) -> None:
    live.select(document, BLEMISHES[1])
    live.remove()
    live.act("velatura_accept")
    while results(live):
        live.undo()
    live.select(document, BLEMISHES[2])
    live.remove()
    live.act("velatura_accept")
    assert len(results(live)) == 1
    assert live.notice == ""


def test_what_is_accepted_is_one_row_of_the_layer_list(
    live: Live, document: krita.Document
) -> None:
    """Its mask is there for who opens it."""
    live.select(document, BLEMISHES[1])
    live.remove()
    assert unfolded(live) == []
    live.act("velatura_accept")
    live.gui.settle(0.3)
    assert unfolded(live) == []
    live.select(document, BLEMISHES[2])
    live.remove()
    live.act("velatura_accept_all")
    live.gui.settle(0.3)
    assert len(results(live)) > 1
    assert unfolded(live) == []


def test_each_marked_layer_by_itself_blended_as_it_is(live: Live, document: krita.Document) -> None:
    layer = live.hands.add_layer(document, textured(SIZE, BGRA8))
    live.gui.settle()

    def blend() -> None:
        layer.setBlendingMode("multiply")
        layer.setOpacity(128)

    live.gui.call(blend)
    live.select(document, BLEMISHES[0])
    live.hands.mark_all(document)
    live.gui.settle()
    app = live.extension.app
    assert app is not None
    jobs = live.gui.call(lambda: app.generate_each(REMOVE))
    assert len(jobs) == 2
    for job in jobs:
        live.ended(job)
        live.controller.accept(job)
        live.gui.settle()
    layers = live.host.layers(live.host.active_document())
    assert all(each.kind is LayerKind.PAINT for each in layers)
    told = [(each.blend, round(each.opacity, 1)) for each in layers]
    assert told == [("multiply", 0.5), ("multiply", 0.5), ("normal", 1.0), ("normal", 1.0)]
