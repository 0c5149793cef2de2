"""What makes a working day short: retouch mode, repeat, each selected layer, corners filled."""

from __future__ import annotations

from collections.abc import Iterator

import krita
import pytest

from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.live import SIZE, Live
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, textured
from velatura_plugin.host.base import LayerKind
from velatura_plugin.request import GenerateRequest
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import Intent, Operation

REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE, seed=3)
BLEMISHES = (Rect(20, 20, 12, 10), Rect(90, 60, 20, 20), Rect(95, 65, 24, 24))


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


@pytest.fixture
def document(live: Live) -> krita.Document:
    return live.open(textured(SIZE, BGRA8))


@pytest.fixture
def retouching(live: Live) -> Iterator[None]:
    """By the menu, on and off."""
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
    assert bytes(live.seen(document, BGRA8).data) != before
    for _ in range(3 * len(BLEMISHES)):
        if len(depths(live)) > 1:
            live.undo()
    live.gui.call(document.refreshProjection)
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
