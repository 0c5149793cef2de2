"""Where results go, and where masks and roles come from: groups, new documents, larger canvases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import krita
import pytest

from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.live import SELECTED, SIZE, Live
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, BGRA16, textured
from velatura_plugin.capture.request import GenerateRequest, MaskSource
from velatura_plugin.host.base import LayerKind, MaskKind
from velatura_plugin.host.krita.qt import QByteArray
from velatura_plugin.state.state import JobView
from velatura_protocol.errors import ErrorCode
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.tasks import Intent, Operation, Role, SampleSource

REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE)


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


@pytest.fixture
def document(live: Live) -> krita.Document:
    document = live.open(textured(SIZE, BGRA8))
    live.select(document)
    return document


def done(live: Live, request: GenerateRequest) -> JobView:
    return live.ended(live.start(request))


def tree(live: Live) -> list[tuple[int, str, LayerKind, bool]]:
    """Top to bottom."""
    layers = live.host.layers(live.host.active_document())
    return [(each.depth, each.name, each.kind, each.is_visible) for each in layers]


def test_retouches_are_collected(live: Live, document: krita.Document) -> None:
    """One undo step each; the group comes and goes with the first."""
    request = GenerateRequest(Operation.FILL, Intent.REMOVE, group="Retouch", accept=True)
    seen = [bytes(live.seen(document, BGRA8).data)]
    for region in (SELECTED, Rect(5, 5, 20, 20), Rect(120, 80, 20, 20)):
        live.select(document, region)
        job = live.start(request)
        live.wait(lambda job=job: live.state.job(job) is None)
        live.gui.settle()
        seen.append(bytes(live.seen(document, BGRA8).data))
    assert len(set(seen)) == 4
    assert [(depth, kind) for depth, _, kind, _ in tree(live)] == [
        (0, LayerKind.GROUP),
        *[(1, LayerKind.PAINT)] * 3,
        (0, LayerKind.PAINT),
    ]
    assert tree(live)[0][1] == "Retouch"
    for before in reversed(seen[:-1]):
        layers = tree(live)
        while tree(live) == layers:  # from Krita 5.3, selections are steps of their own
            live.undo()
        assert bytes(live.seen(document, BGRA8).data) == before
    assert len(tree(live)) == 1


def test_accept_all_is_one_group(live: Live, document: krita.Document) -> None:
    before = bytes(live.seen(document, BGRA8).data)
    request = GenerateRequest(Operation.FILL, Intent.REMOVE, variations=3)
    done(live, request)
    live.act("velatura_accept_all")
    assert [(depth, kind, shown) for depth, _, kind, shown in tree(live)] == [
        (0, LayerKind.GROUP, True),
        (1, LayerKind.PAINT, True),
        (1, LayerKind.PAINT, False),
        (1, LayerKind.PAINT, False),
        (0, LayerKind.PAINT, True),
    ]
    assert len({name for _, name, _, _ in tree(live)}) == 5
    live.undo()
    assert len(tree(live)) == 1
    assert bytes(live.seen(document, BGRA8).data) == before


def test_the_canvas_grows_on_accept(live: Live, document: krita.Document) -> None:
    before = bytes(live.seen(document, BGRA8).data)
    extent = Margins(16, 8, 24, 0)
    request = GenerateRequest(Operation.FILL, Intent.EXPAND, extent=extent)
    inch = live.gui.call(document.resolution)
    done(live, request)
    assert _size(live, document) == SIZE
    live.act("velatura_discard")
    assert _size(live, document) == SIZE
    assert bytes(live.seen(document, BGRA8).data) == before
    done(live, request)
    live.act("velatura_accept")
    assert _size(live, document) == extent.around(SIZE)
    held = live.gui.call(
        lambda: bytes(document.pixelData(extent.left, extent.top, SIZE.width, SIZE.height))
    )
    assert held == before
    assert live.gui.call(document.resolution) == inch
    edge = live.gui.call(lambda: bytes(document.pixelData(0, 0, extent.left, SIZE.height)))
    assert set(edge[3::4]) == {255}
    while _size(live, document) != SIZE:
        live.undo()
    assert bytes(live.seen(document, BGRA8).data) == before


def _size(live: Live, document: krita.Document) -> Size:
    return live.gui.call(lambda: Size(document.width(), document.height()))


def test_an_upscale_opens_a_document(live: Live) -> None:
    document = live.open(textured(SIZE, BGRA16), "Rec2020-elle-V4-g10.icc")
    before = live.print_of(document)
    live.gui.call(lambda: document.setResolution(300))
    done(live, GenerateRequest(Operation.UPSCALE, engine="echo", scale=2.0))
    live.act("velatura_accept")
    live.gui.settle(0.3)
    opened = live.gui.call(krita.Krita.instance().documents)
    (made,) = (each for each in opened if each != document)
    assert _size(live, made) == Size(2 * SIZE.width, 2 * SIZE.height)
    for ask in ("colorModel", "colorDepth", "colorProfile", "resolution"):
        assert live.gui.call(getattr(made, ask)) == live.gui.call(getattr(document, ask)), ask
    assert live.gui.call(made.resolution) == 300
    in_front = live.gui.call(lambda: krita.Krita.instance().activeDocument())
    assert in_front == document, (in_front and live.gui.call(in_front.name), live.names(made))
    assert live.print_of(document)[0] == before[0]  # type: ignore[index]


def test_an_upscale_onto_the_canvas_scales_it(live: Live, document: krita.Document) -> None:
    request = GenerateRequest(
        Operation.UPSCALE, engine="echo", scale=2.0, placement=Placement.RESIZE_DOCUMENT
    )
    inch = live.gui.call(document.resolution)
    done(live, request)
    live.act("velatura_accept")
    assert _size(live, document) == Size(2 * SIZE.width, 2 * SIZE.height)
    assert live.gui.call(document.resolution) == inch
    assert len(live.names(document)) == 2


def test_a_saved_selection_is_a_mask(live: Live, document: krita.Document) -> None:
    region = Rect(20, 20, 25, 25)

    def save() -> None:
        selection = krita.Selection()
        selection.select(region.x, region.y, region.width, region.height, 255)
        mask = document.createSelectionMask("saved")
        mask.setSelection(selection)
        document.rootNode().addChildNode(mask, None)

    live.gui.call(save)
    live.gui.settle()
    live.gui.call(lambda: document.setSelection(None))
    live.gui.settle()
    layers = live.host.layers(live.host.active_document())
    (saved,) = (each for each in layers if each.kind is LayerKind.SELECTION)
    assert saved.name == "saved"
    mask = MaskSource(MaskKind.REFERENCE, saved.reference)
    before = live.seen(document, BGRA8)
    done(live, GenerateRequest(Operation.FILL, Intent.REMOVE, mask=mask))
    live.act("velatura_accept")
    after = live.seen(document, BGRA8)
    changed = [
        index
        for index in range(SIZE.area)
        if bytes(after.data)[4 * index : 4 * index + 4]
        != bytes(before.data)[4 * index : 4 * index + 4]
    ]
    assert changed
    assert all(
        region.contains(Rect(each % SIZE.width, each // SIZE.width, 1, 1)) for each in changed
    )


def test_the_selection_itself_is_no_layer(live: Live, document: krita.Document) -> None:
    assert [kind for _, _, kind, _ in tree(live)] == [LayerKind.PAINT]


def test_a_layer_is_a_role(live: Live, document: krita.Document) -> None:
    """What is white in it is sampled nowhere: with all of it white, nothing is left."""
    bottom = live.host.active_layer(live.host.active_document()).reference
    part, whole = Rect(0, 0, 40, SIZE.height), Rect.of_size(SIZE)
    for region in (part, whole):
        live.gui.call(lambda region=region: _add_white(document, region))
        live.gui.settle()
        white = live.host.layers(live.host.active_document())[0]
        request = replace(REMOVE, layer=bottom, roles={Role.EXCLUDE: white.reference})
        job = live.start(request)
        live.wait(lambda job=job: live.job(job).status.is_end)
        error = live.job(job).error
        assert (error is not None and error.code is ErrorCode.NO_SOURCE) == (region == whole)


def _add_white(document: krita.Document, region: Rect) -> None:
    node = document.createNode("white", "paintlayer")
    data = QByteArray(b"\xff" * region.area * 4)
    node.setPixelData(data, region.x, region.y, region.width, region.height)
    document.rootNode().addChildNode(node, None)


def test_transparent_pixels_are_a_mask(live: Live) -> None:
    """As after a horizon was straightened."""
    document = live.open(textured(SIZE, BGRA8))
    corner = Rect(0, 0, 30, 20)
    layer = live.gui.call(lambda: document.topLevelNodes()[0])
    blank = QByteArray(bytes(corner.area * 4))
    live.gui.call(lambda: layer.setPixelData(blank, 0, 0, corner.width, corner.height))
    live.gui.call(document.refreshProjection)
    live.gui.settle()
    before = bytes(live.seen(document, BGRA8).data)
    mask = MaskSource(MaskKind.TRANSPARENCY)
    done(live, GenerateRequest(Operation.FILL, Intent.FILL, mask=mask))
    live.act("velatura_accept")
    after = bytes(live.seen(document, BGRA8).data)
    assert set(after[3::4]) == {255}
    assert after[30 * SIZE.width * 4 :] == before[30 * SIZE.width * 4 :]


def test_an_animation_is_worked_on_at_its_frame(live: Live) -> None:
    document = live.open(textured(SIZE, BGRA8))
    layer = live.gui.call(lambda: document.topLevelNodes()[0])
    other = textured(SIZE, BGRA8, turn=2.0)

    def animate() -> None:
        layer.enableAnimation()
        document.setCurrentTime(5)

    live.gui.call(animate)
    live.gui.settle(0.2)
    live.act("add_blank_frame")
    live.gui.settle(0.3)
    data = QByteArray(bytes(other.data))
    live.gui.call(lambda: layer.setPixelData(data, 0, 0, SIZE.width, SIZE.height))
    live.gui.call(document.refreshProjection)
    live.gui.settle(0.2)
    active = live.host.active_document()
    whole = Rect.of_size(SIZE)
    for source in SampleSource:
        captured = live.host.capture(active, source, whole)
        assert bytes(captured.data) == bytes(other.data), source
    live.hands.add_layer(document, textured(SIZE, BGRA8, turn=3.0))
    live.gui.settle()
    live.hands.activate(document, layer)
    live.gui.settle()
    captured = live.host.capture(active, SampleSource.BELOW, whole)
    assert bytes(captured.data) == bytes(other.data), "of another frame"
    live.gui.call(lambda: document.topLevelNodes()[1].remove())
    live.gui.settle()
    live.gui.call(lambda: document.setCurrentTime(0))
    live.gui.settle(0.3)
    first = bytes(live.host.capture(active, SampleSource.BELOW, whole).data)
    assert first == bytes(textured(SIZE, BGRA8).data)
    live.select(document)
    live.remove()
    live.act("velatura_accept")
    assert live.gui.call(document.currentTime) == 0
    assert len(live.names(document)) == 2


def test_the_ants_are_hidden_while_something_is_staged(
    live: Live, document: krita.Document
) -> None:
    def are_shown() -> bool:
        return live.gui.call(
            lambda: krita.Krita.instance().action("toggle_display_selection").isChecked()
        )

    assert are_shown()
    for way in ("velatura_accept", "velatura_discard"):
        live.select(document)
        live.remove()
        assert not are_shown()
        live.act(way)
        assert are_shown()
    job = live.remove().job
    live.hands.undo()
    live.gui.settle(0.2)
    live.controller.discard(job)
    assert are_shown()
