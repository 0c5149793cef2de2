from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.contracts.host import CANVAS, PROVENANCE, SIZE, SPOT, HostContract
from tests.plugin.desk import noise
from velatura_plugin.host.base import Document, LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.memory import MemoryHost
from velatura_protocol.errors import NotFound
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import ColourSpace, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.provenance import Provenance

RGBA8 = PixelFormat(Depth.U8, Layout.RGBA)


class MemoryDesk:
    def __init__(self) -> None:
        self.host = MemoryHost()

    def open(self, pixels: Pixels, colour: ColourSpace) -> Document:
        return self.host.open(pixels, colour=colour)

    def add_layer(self, document: Document, pixels: Pixels) -> None:
        self.host.add_layer(document, "Top", Rect.of_size(pixels.size), pixels)

    def activate_bottom(self, document: Document) -> None:
        self.host.activate_layer(document, 0)

    def activate(self, document: Document, reference: str) -> None:
        self.host.mark_layers(document, reference)

    def mark(self, document: Document, references: Sequence[str]) -> None:
        self.host.mark_layers(document, *references)

    def remove(self, document: Document, reference: str) -> None:
        self.host.remove_layer(document, reference)

    def resize(self, document: Document, region: Rect) -> None:
        self.host.resize(document, region)

    def select(self, document: Document, region: Rect, data: bytes | None) -> None:
        self.host.select(document, region, data)

    def close(self, document: Document) -> None:
        self.host.close(document)

    def undo(self, document: Document) -> None:
        self.host.undo(document)

    def flatten(self, document: Document) -> Pixels:
        return self.host.flatten(document)

    def fingerprint(self, document: Document) -> object:
        opened = self.host.documents[document.id]
        return opened.contents, tuple(opened.undo_log), dict(opened.annotations)

    def own_layer_names(self, document: Document) -> Sequence[str]:
        contents = self.host.documents[document.id].contents
        return [each.name for each in contents.own_layers()]

    def provenance_of(self, document: Document, layer: str) -> Provenance | None:
        contents = self.host.documents[document.id].contents
        return next(each.provenance for each in contents.layers if each.name == layer)

    def run_until(self, done: Callable[[], bool]) -> None:
        self.host.run_until(done)


class TestMemoryHost(HostContract):
    formats = (
        RGBA8,
        PixelFormat(Depth.U8, Layout.BGRA),
        PixelFormat(Depth.U8, Layout.RGB),
        PixelFormat(Depth.U8, Layout.GREY),
        PixelFormat(Depth.U8, Layout.GREY_ALPHA),
        PixelFormat(Depth.U16, Layout.BGRA),
        PixelFormat(Depth.U16, Layout.RGB),
        PixelFormat(Depth.F16, Layout.RGBA),
        PixelFormat(Depth.F32, Layout.RGBA),
        PixelFormat(Depth.F32, Layout.GREY_ALPHA),
    )

    @pytest.fixture
    def desk(self) -> MemoryDesk:
        return MemoryDesk()


def result(placement: Placement, region: Rect, pixels: Pixels, scale: float = 1.0) -> ResultContent:
    patch = PatchContent(region, pixels)
    layer = LayerContent("made", region, (patch,), scale, placement=placement)
    return ResultContent((layer,), PROVENANCE)


def test_below_goes_under_the_active_layer_which_stays_active() -> None:
    host = MemoryHost()
    document = host.open(noise(SIZE))
    content = result(Placement.BELOW, SPOT, noise(SPOT.size))
    host.accept(document, "job", content, spot=Spot(), document_key="key")
    contents = host.documents[document.id].contents
    assert [each.name for each in contents.layers] == ["made", "Background"]
    assert contents.active == contents.layers[1].id


def test_an_upscale_becomes_a_document_of_its_own_size() -> None:
    host = MemoryHost()
    document = host.open(noise(SIZE))
    before = host.documents[document.id].contents
    large = noise(Size(46, 34), seed=5)
    host.accept(
        document,
        "job",
        result(Placement.NEW_DOCUMENT, CANVAS, large, 2.0),
        spot=Spot(),
        document_key="key",
    )
    assert host.documents[document.id].contents == before
    (other,) = [each for each in host.documents.values() if each.id != document.id]
    assert host.flatten(host.document(other.id)) == large
    assert host.active_document() == document


def test_a_part_for_a_document_of_its_own_is_opened() -> None:
    host = MemoryHost()
    document = host.open(noise(SIZE))
    table = result(Placement.NEW_DOCUMENT, Rect(0, 0, 8, 8), noise(Size(8, 8), seed=5)).layers
    content = result(Placement.ABOVE, SPOT, noise(SPOT.size))
    both = ResultContent((*content.layers, *table), PROVENANCE)
    host.accept(document, "job", both, spot=Spot(), document_key="key")
    assert [each.name for each in host.layers(document)] == ["made", "Background"]
    (other,) = [each for each in host.documents.values() if each.id != document.id]
    assert host.flatten(host.document(other.id)) == noise(Size(8, 8), seed=5)


def test_an_expansion_moves_every_layer_in_one_step() -> None:
    host = MemoryHost()
    document = host.open(noise(SIZE))
    wider = Rect(-3, -2, 30, 21)
    content = result(Placement.RESIZE_DOCUMENT, wider, noise(wider.size, seed=6))
    host.accept(document, "job", content, spot=Spot(), document_key="key")
    assert host.document(document.id).size == wider.size
    bottom = host.documents[document.id].contents.layers[0]
    assert bottom.patches[0].region == Rect(3, 2, 23, 17)
    host.undo(document)
    assert host.document(document.id).size == SIZE


def test_roles_are_layers_by_name() -> None:
    host = MemoryHost()
    document = host.open(noise(SIZE))
    white = Pixels(SPOT.size, RGBA8, b"\xff\xff\xff\x80" * SPOT.area)
    host.add_layer(document, "Stencil", SPOT, white)
    content = host.role_content(document, "Stencil")
    assert content.region == CANVAS
    mask = host.mask_content(document, "Stencil")
    assert sorted(set(bytes(mask.pixels.data))) == [0, 128]
    with pytest.raises(NotFound):
        host.role_content(document, "Nobody")


def test_waiting_in_vain_ends() -> None:
    with pytest.raises(TimeoutError):
        MemoryHost().run_until(lambda: False, seconds=0.01)


def test_pending_actions_run() -> None:
    host = MemoryHost()
    ran: list[int] = []
    host.post(lambda: ran.append(1))
    host.post(lambda: ran.append(2))
    host.run_pending()
    assert ran == [1, 2]
