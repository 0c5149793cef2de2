"""Staged layers that outlive what staged them: in a file, or in Krita's undo history."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import krita
import pytest

from tests.contracts.host import CANVAS, PROVENANCE, SIZE
from tests.hosts.krita.inside.desk import KritaDesk
from tests.hosts.krita.inside.documents import BGRA8, krita_document, layer, opened
from tests.hosts.krita.inside.gui import Gui
from velatura_plugin.host.base import ResultContent, Spot
from velatura_plugin.host.krita.adapter import KritaHost
from velatura_plugin.host.krita.leftovers import ANNOTATION
from velatura_protocol.tasks import SampleSource

PREVIEW = "[Preview] a layer"
RESULT = ResultContent((layer(4),), PROVENANCE)


@pytest.fixture
def desk(gui: Gui) -> Iterator[KritaDesk]:
    desk = KritaDesk(gui)
    yield desk
    desk.close_all()
    desk.host.close()


def reopened(desk: KritaDesk, gui: Gui, then: Callable[[krita.Document], object]) -> krita.Document:
    """What is saved while a result is staged, and opened again. ``then`` is called before anybody
    else knows of it, the plug-in that is installed included."""
    document = opened(desk)
    inside = krita_document(gui)
    desk.host.show_result(document, "job", RESULT, spot=Spot())
    gui.settle()
    path = str(Path(tempfile.mkdtemp(), "staged.kra"))

    def save() -> bool:
        inside.setBatchmode(True)
        return inside.saveAs(path)

    assert gui.call(save)
    desk.close_all()

    def open_again() -> krita.Document:
        application = krita.Krita.instance()
        again = application.openDocument(path)
        application.activeWindow().addView(again)
        then(again)
        return again

    again = gui.call(open_again)
    desk.run_until(lambda: desk.hands.is_ready(again))
    return again


def test_what_was_saved_while_it_was_staged_goes_when_it_is_opened(
    desk: KritaDesk, gui: Gui
) -> None:
    looks: list[tuple[list[str], bytes]] = []

    def look(again: krita.Document) -> None:
        assert again.nodeByName(PREVIEW) is not None
        host = KritaHost()
        document = host.active_document()
        assert document is not None
        seen = host.capture(document, SampleSource.VISIBLE, CANVAS)
        looks.append(([each.name for each in host.layers(document)], bytes(seen.data)))

    again = reopened(desk, gui, look)
    ((names, seen),) = looks
    assert names == ["Background"]
    gui.settle(0.3)
    assert list(desk.hands.layer_names(again)) == ["Background"]
    assert gui.call(lambda: ANNOTATION in again.annotationTypes()) is False
    assert bytes(desk.hands.seen(again, BGRA8).data) == seen


def test_what_the_user_has_made_of_it_stays(desk: KritaDesk, gui: Gui) -> None:
    def take(again: krita.Document) -> None:
        node = again.nodeByName(PREVIEW)
        node.setLocked(False)
        node.setName("mine")

    again = reopened(desk, gui, take)
    document = desk.host.active_document()
    assert document is not None
    gui.settle(0.3)
    assert list(desk.hands.layer_names(again)) == ["Background", "mine"]
    assert [each.name for each in desk.host.layers(document)] == ["mine", "Background"]


def test_what_undo_brings_back_of_it_is_not_the_picture(desk: KritaDesk, gui: Gui) -> None:
    document = opened(desk)
    before = bytes(desk.host.capture(document, SampleSource.VISIBLE, CANVAS).data)
    desk.host.show_result(document, "job", RESULT, spot=Spot())
    gui.settle()
    desk.host.clear(document, "job")
    desk.undo(document)
    assert PREVIEW in desk.hands.layer_names(krita_document(gui))
    assert bytes(desk.host.capture(document, SampleSource.VISIBLE, CANVAS).data) == before
    assert [each.name for each in desk.host.layers(document)] == ["Background"]
    assert document.size == SIZE
