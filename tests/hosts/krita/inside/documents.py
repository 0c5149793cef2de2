"""What only Krita's documents have: groups, masks, profiles, other colour models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import krita
import pytest

from tests.contracts.host import CANVAS, PROVENANCE, SIZE, SPOT
from tests.hosts.krita.inside.desk import KritaDesk
from tests.hosts.krita.inside.gui import Gui
from tests.plugin.desk import noise
from velatura_plugin.host.base import Document, LayerContent, PatchContent, ResultContent, Spot
from velatura_plugin.host.samples import crop
from velatura_protocol.errors import NotFound, Unsupported
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import (
    MASK_FORMAT,
    ColourSpace,
    Depth,
    Layout,
    PixelFormat,
    Pixels,
    Transfer,
)
from velatura_protocol.tasks import SampleSource

BGRA8 = PixelFormat(Depth.U8, Layout.BGRA)
LINEAR = "sRGB-elle-V2-g10.icc"


@pytest.fixture
def desk(gui: Gui) -> Iterator[KritaDesk]:
    desk = KritaDesk(gui)
    yield desk
    desk.close_all()
    desk.host.close()


def layer(seed: int, name: str = "a layer", at: Rect = SPOT) -> LayerContent:
    whole = Pixels(at.size, MASK_FORMAT, b"\xff" * at.area)
    return LayerContent(name, at, (PatchContent(at, noise(at.size, BGRA8, seed), whole),))


def opened(desk: KritaDesk, size: Size = SIZE) -> Document:
    return desk.open(noise(size, BGRA8), ColourSpace())


def krita_document(gui: Gui) -> krita.Document:
    return gui.call(lambda: krita.Krita.instance().activeDocument())


def test_the_profile_comes_along_and_says_whether_it_is_linear(desk: KritaDesk, gui: Gui) -> None:
    encoded = opened(desk).colour
    assert encoded.icc[36:40] == b"acsp"
    assert encoded.transfer is Transfer.ENCODED
    wide = desk.hands.open(noise(SIZE, PixelFormat(Depth.U16, Layout.BGRA)), LINEAR)
    desk.run_until(lambda: desk.hands.is_ready(wide))
    linear = desk.host.active_document().colour
    assert linear.transfer is Transfer.LINEAR
    assert linear.icc != encoded.icc


def test_other_colour_models_are_refused_by_name(desk: KritaDesk, gui: Gui) -> None:
    document = opened(desk)
    inside = krita_document(gui)
    gui.call(lambda: inside.setColorSpace("CMYKA", "U8", "Chemical proof"))
    gui.settle()
    with pytest.raises(Unsupported) as refused:
        desk.host.active_document()
    assert refused.value.params == {"what": "colour_model", "model": "CMYK"}
    with pytest.raises(Unsupported):
        desk.host.capture(document, SampleSource.BELOW, CANVAS)


def test_below_stops_at_the_active_layer_of_a_group(desk: KritaDesk, gui: Gui) -> None:
    document = opened(desk)
    inside = krita_document(gui)
    lower, upper = noise(SIZE, BGRA8, 11), noise(SIZE, BGRA8, 12)

    def build() -> krita.Node:
        group = inside.createGroupLayer("group")
        inside.rootNode().addChildNode(group, None)
        nodes = [inside.createNode(name, "paintlayer") for name in ("lower", "upper")]
        for node, pixels in zip(nodes, (lower, upper), strict=True):
            node.setPixelData(krita.QByteArray(bytes(pixels.data)), 0, 0, SIZE.width, SIZE.height)
            group.addChildNode(node, None)
        return nodes[0]

    node = gui.call(build)
    gui.settle()
    desk.hands.activate(inside, node)
    gui.settle()
    seen = {each: desk.host.capture(document, each, SPOT) for each in SampleSource}
    assert bytes(seen[SampleSource.BELOW].data) == crop(lower, CANVAS, SPOT)
    assert bytes(seen[SampleSource.LAYER].data) == crop(lower, CANVAS, SPOT)
    assert bytes(seen[SampleSource.VISIBLE].data) == crop(upper, CANVAS, SPOT)
    desk.host.accept(
        document, "job", ResultContent((layer(4),), PROVENANCE), spot=Spot(), document_key="key"
    )
    gui.settle()
    group = gui.call(lambda: [each.name() for each in node.parentNode().childNodes()])
    assert group == ["lower", "a layer", "upper"]


def test_several_layers_lie_in_a_group_and_are_one_undo_step(desk: KritaDesk) -> None:
    document = opened(desk)
    result = ResultContent((layer(4, "one"), layer(5, "two")), PROVENANCE)
    before = bytes(desk.flatten(document).data)
    desk.host.show_result(document, "job", result, spot=Spot())
    desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
    assert list(desk.own_layer_names(document))[1:] == [PROVENANCE.operation.value]
    assert bytes(desk.flatten(document).data) != before
    desk.undo(document)
    assert bytes(desk.flatten(document).data) == before


def test_undone_one_by_one_nothing_of_them_stays_on_the_canvas(desk: KritaDesk) -> None:
    """Krita draws what an undone layer leaves within the masks of the layers beside it only."""
    document = opened(desk, Size(190, 110))
    seen = [bytes(desk.flatten(document).data)]
    for number, region in enumerate((Rect(2, 2, 9, 9), Rect(150, 80, 30, 20), Rect(70, 5, 20, 9))):
        result = ResultContent((layer(4 + number, at=region),), PROVENANCE)
        desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
        seen.append(bytes(desk.flatten(document).data))
    assert len(set(seen)) == len(seen)
    for before in reversed(seen[:-1]):
        desk.undo(document)
        assert bytes(desk.flatten(document).data) == before


def test_what_was_undone_while_it_was_staged_can_still_be_accepted(desk: KritaDesk) -> None:
    document = opened(desk)
    result = ResultContent((layer(4),), PROVENANCE)
    desk.host.show_result(document, "job", result, spot=Spot())
    desk.undo(document)
    assert len(desk.own_layer_names(document)) == 1
    desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
    assert list(desk.own_layer_names(document))[1:] == ["a layer"]
    desk.host.clear(document, "job")
    assert list(desk.own_layer_names(document))[1:] == ["a layer"]


def test_a_selection_beyond_the_canvas_is_cut(desk: KritaDesk) -> None:
    document = opened(desk)
    desk.select(document, CANVAS.grown(5), None)
    selection = desk.host.selection(document)
    assert selection.region == CANVAS
    assert bytes(selection.pixels.data) == b"\xff" * CANVAS.area


def test_a_layer_is_found_by_its_name_for_a_role(desk: KritaDesk) -> None:
    document = opened(desk)
    pixels = noise(SIZE, BGRA8, 21)
    desk.add_layer(document, pixels)
    content = desk.host.role_content(document, "above")
    assert (content.region, bytes(content.pixels.data)) == (CANVAS, bytes(pixels.data))
    mask = desk.host.mask_content(document, "above")
    assert mask.pixels.format == MASK_FORMAT
    with pytest.raises(NotFound):
        desk.host.role_content(document, "no such layer")


def test_a_hidden_layer_is_captured_alone(desk: KritaDesk, gui: Gui) -> None:
    document = opened(desk)
    pixels = noise(SIZE, BGRA8, 22)
    desk.add_layer(document, pixels)
    inside = krita_document(gui)
    gui.call(lambda: inside.activeNode().setVisible(False))
    alone = desk.host.capture(document, SampleSource.LAYER, CANVAS)
    assert bytes(alone.data) == bytes(pixels.data)


def test_a_layer_with_opacity_keeps_it(desk: KritaDesk, gui: Gui) -> None:
    document = opened(desk)
    half = ResultContent((replace(layer(4), opacity=0.5),), PROVENANCE)
    desk.host.show_result(document, "job", ResultContent((layer(4),), PROVENANCE), spot=Spot())
    desk.host.accept(document, "job", half, spot=Spot(), document_key="key")
    inside = krita_document(gui)
    node = gui.call(lambda: inside.nodeByName("a layer"))
    assert gui.call(node.opacity) == 128


def test_a_float_layer_holds_what_it_was_given(desk: KritaDesk, gui: Gui) -> None:
    """Colours beyond 0 and 1 and any alpha, whatever Krita shows of them through the mask."""
    form = PixelFormat(Depth.F32, Layout.RGBA)
    document = desk.open(noise(SIZE, form), ColourSpace())
    pixels = noise(SPOT.size, form, 6)
    half = b"\x00\xff" * (SPOT.area // 2)
    patch = PatchContent(SPOT, pixels, Pixels(SPOT.size, MASK_FORMAT, half))
    result = ResultContent((LayerContent("floats", SPOT, (patch,)),), PROVENANCE)
    desk.host.accept(document, "job", result, spot=Spot(), document_key="key")
    inside = krita_document(gui)

    def held() -> tuple[bytes, bytes]:
        node = inside.nodeByName("floats")
        (mask,) = node.childNodes()
        box = SPOT.x, SPOT.y, SPOT.width, SPOT.height
        return bytes(node.pixelData(*box)), bytes(mask.pixelData(*box))

    assert gui.call(held) == (bytes(pixels.data), half)
