"""Many results in two documents, undone, brought back and left behind: nothing wears out."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from tests.contracts.host import PROVENANCE
from tests.hosts.krita.inside.desk import KritaDesk
from tests.hosts.krita.inside.documents import layer
from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.pictures import BGRA8
from tests.plugin.desk import noise
from velatura_plugin.host.base import Document, PreviewFrame, ResultContent, Spot
from velatura_protocol.errors import NotFound
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import ColourSpace, Pixels

ROUNDS = int(os.environ.get("VELATURA_DRIVE_ROUNDS", "12"))
SIZE = Size(190, 110)
GROUPS = ("", "Retouch")


@pytest.fixture
def desk(gui: Gui) -> Iterator[KritaDesk]:
    desk = KritaDesk(gui)
    yield desk
    desk.close_all()
    desk.host.close()


def opened(desk: KritaDesk, number: int) -> Document:
    return desk.open(noise(SIZE, BGRA8, number), ColourSpace())


def beside(turn: int) -> Rect:
    """Where no other turn puts something over it."""
    return Rect(turn % 13 * 14, turn // 13 * 20, 14, 20)


def result(turn: int, seed: int = 0) -> ResultContent:
    return ResultContent((layer(3 * turn + seed, at=beside(turn)),), PROVENANCE)


def accepted(desk: KritaDesk, document: Document, spot: Spot, turn: int) -> Pixels:
    """By way of a preview, two results in its layer, and one that the user undoes meanwhile."""
    region = beside(turn)
    frame = PreviewFrame(region, noise(region.size, BGRA8, turn))
    desk.host.show_preview(document, "job", frame, spot=spot)
    desk.host.show_result(document, "job", result(turn), spot=spot)
    if turn % 4 == 0:
        desk.undo(document)
    desk.host.show_result(document, "job", result(turn, 1), spot=spot)
    desk.host.accept(document, "job", result(turn, 2), spot=spot, document_key="key")
    return desk.flatten(document)


def there_and_back(desk: KritaDesk, document: Document, before: Pixels, after: Pixels) -> None:
    desk.undo(document)
    assert bytes(desk.flatten(document).data) == bytes(before.data)
    desk.redo(document)
    assert bytes(desk.flatten(document).data) == bytes(after.data)


def test_round_after_round(desk: KritaDesk) -> None:
    """Every third document is closed with a job still on its canvas."""
    documents = [opened(desk, number) for number in range(2)]
    for turn in range(ROUNDS):
        document = documents[turn % 2]
        spot = Spot(group=GROUPS[turn // 2 % 2])
        before = desk.flatten(document)
        after = accepted(desk, document, spot, turn)
        assert bytes(after.data) != bytes(before.data)
        there_and_back(desk, document, before, after)
        gc.collect()
        if turn % 3 == 2:
            desk.host.show_result(document, "left", result(turn), spot=spot)
            desk.close(document)
            gc.collect()
            documents[turn % 2] = opened(desk, turn)


def test_what_was_accepted_outlives_the_plug_in(desk: KritaDesk) -> None:
    """Undo and redo once the bench is closed, on which the layers were made. What was staged is
    not touched any more: that would be Krita's end."""
    document = opened(desk, 1)
    before = desk.flatten(document)
    after = accepted(desk, document, Spot(group="Retouch"), 1)
    desk.host.show_result(document, "late", result(2), spot=Spot())
    desk.host.close()
    gc.collect()
    with pytest.raises(NotFound):
        desk.host.show_result(document, "late", result(3), spot=Spot())
    desk.undo(document)
    there_and_back(desk, document, before, after)
    there_and_back(desk, document, before, after)
