"""A removal end to end, in every depth: what is outside of the selection keeps every byte."""

from __future__ import annotations

from collections.abc import Iterator

import krita
import pytest

from tests.hosts.krita.inside import pictures
from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.live import PREVIEW, SIZE, Live, slow, temporary
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import outside, textured
from velatura_protocol.pixels import MASK_FORMAT, PixelFormat, Pixels

WIDE = "Rec2020-elle-V4-g10.icc"
FORMATS = {
    "u8": (pictures.BGRA8, ""),
    "u16": (pictures.BGRA16, ""),
    "u16-wide-linear": (pictures.BGRA16, WIDE),
    "u8-wide": (pictures.BGRA8, "ClayRGB-elle-V2-g22.icc"),
    "f16": (pictures.RGBA16F, "sRGB-elle-V2-g10.icc"),
    "f32": (pictures.RGBA32F, "sRGB-elle-V2-g10.icc"),
    "f32-wide": (pictures.RGBA32F, WIDE),
    "grey-u8": (pictures.GREY8, ""),
    "grey-u16": (pictures.GREY16, ""),
    "grey-f32": (pictures.GREY32F, ""),
}


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


def own_pixels(live: Live, document: krita.Document, form: PixelFormat) -> bytes:
    bottom = live.gui.call(lambda: document.topLevelNodes()[0])
    width, height = SIZE.width, SIZE.height
    data = live.gui.call(lambda: bytes(bottom.pixelData(0, 0, width, height)))
    assert len(data) == form.byte_count(SIZE)
    return data


def mask_of(live: Live, document: krita.Document, layer: int = 1) -> Pixels:
    """That of the accepted layer, over the whole canvas."""

    def read() -> bytes:
        (mask,) = document.topLevelNodes()[layer].childNodes()
        return bytes(mask.pixelData(0, 0, SIZE.width, SIZE.height))

    return Pixels(SIZE, MASK_FORMAT, live.gui.call(read))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_removal_keeps_every_byte_around_it(live: Live, kind: str) -> None:
    form, profile = FORMATS[kind]
    document = live.open(textured(SIZE, form), profile)
    if profile:
        assert live.gui.call(document.colorProfile) == profile
    live.select(document)
    before, own = live.seen(document, form), own_pixels(live, document, form)
    live.remove()
    assert live.names(document)[1].startswith(PREVIEW)
    live.act("velatura_accept")
    after = live.seen(document, form)
    assert not any(each.startswith(PREVIEW) for each in live.names(document))
    assert len(live.names(document)) == 2
    assert bytes(after.data) != bytes(before.data), "nothing was removed"
    mask = mask_of(live, document)
    assert 0 < bytes(mask.data).count(0) < SIZE.area
    assert outside(after, mask) == outside(before, mask)
    assert own_pixels(live, document, form) == own, "the layer below was changed"
    live.undo()
    assert bytes(live.seen(document, form).data) == bytes(before.data)
    assert len(live.names(document)) == 1


@pytest.mark.parametrize("kind", ["u8", "u16-wide-linear", "f32"])
def test_saved_and_opened_again_it_is_the_same(live: Live, kind: str) -> None:
    form, profile = FORMATS[kind]
    document = live.open(textured(SIZE, form), profile)
    live.select(document)
    live.remove()
    live.act("velatura_accept")
    seen, tree, notes = _kept(live, document, form)
    assert any(each.startswith("velatura/provenance/") for each in notes)
    path = str(temporary("picture.kra"))
    assert live.gui.call(lambda: _saved(document, path))
    live.close_all()
    again = live.gui.call(lambda: _opened(path))
    live.wait(lambda: live.hands.is_ready(again))
    assert _kept(live, again, form) == (seen, tree, notes)
    key = live.gui.call(lambda: bytes(again.annotation("velatura/document-key")))
    assert key


def _kept(live: Live, document: krita.Document, form: PixelFormat) -> tuple[object, ...]:
    """Pixels, the tree with all masks, and what is stored with the document."""
    nodes, _, _, notes = live.print_of(document)  # type: ignore[misc]
    tree = [each for each in nodes if each[1] != "selectionmask"]
    return bytes(live.seen(document, form).data), tree, notes


def _saved(document: krita.Document, path: str) -> bool:
    document.waitForDone()
    document.setBatchmode(True)
    return document.saveAs(path)


def _opened(path: str) -> krita.Document:
    application = krita.Krita.instance()
    document = application.openDocument(path)
    application.activeWindow().addView(document)
    return document


def test_discarding_leaves_the_document_as_it_was(live: Live) -> None:
    form = pictures.BGRA16
    document = live.open(textured(SIZE, form))
    live.hands.add_layer(document, textured(SIZE, form, turn=1.0))
    live.hands.activate_bottom(document)
    live.select(document)
    before = live.print_of(document)
    job = live.start(slow())
    live.until_preview(document, job)
    live.controller.discard(job)
    live.wait(lambda: not live.jobs)
    assert live.print_of(document) == before
    live.remove()
    assert live.print_of(document) != before
    live.act("velatura_discard")
    assert not live.jobs
    assert live.print_of(document) == before


def test_previews_are_seen_while_the_job_runs(live: Live) -> None:
    document = live.open(textured(SIZE, pictures.BGRA8))
    live.select(document)
    before = live.seen(document, pictures.BGRA8)
    job = live.start(slow(seconds=8.0, previews=24))
    live.until_preview(document, job)
    assert bytes(live.seen(document, pictures.BGRA8).data) != bytes(before.data)
    view = live.ended(job)
    assert view.staging.shown is not None


def test_a_second_removal_sees_the_first(live: Live) -> None:
    form = pictures.BGRA8
    document = live.open(textured(SIZE, form))
    live.select(document)
    live.remove()
    live.act("velatura_accept")
    seen = live.seen(document, form)
    live.remove()
    live.act("velatura_accept")
    assert len(live.names(document)) == 3
    mask = mask_of(live, document)
    assert outside(live.seen(document, form), mask) == outside(seen, mask)
