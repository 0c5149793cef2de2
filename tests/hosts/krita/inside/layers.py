"""A result of several layers, by a model that takes pictures apart: a group of masked layers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import krita
import pytest

from tests.hosts.krita.inside.gui import Gui
from tests.hosts.krita.inside.history import reopened, saved
from tests.hosts.krita.inside.live import PREVIEW, Live
from tests.hosts.krita.inside.live import live as lived
from tests.hosts.krita.inside.pictures import BGRA8, BGRA16
from tests.hosts.stacked import (
    COUNT,
    GROUP,
    PAINTING_SECONDS,
    REQUEST,
    SELECTED,
    SIZE,
    Shown,
    furthest,
    laid,
    layer_names,
    outside,
    picture,
    samples,
    selection,
    variations,
    whole_mask,
)
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import LayerKind
from velatura_plugin.host.krita.qt import QUuid
from velatura_protocol.pixels import PixelFormat, Pixels

ROUNDED = 1.5
"""Of 255: each layer over the next is rounded."""
BOX = (0, 0, SIZE.width, SIZE.height)


@pytest.fixture
def live(gui: Gui) -> Iterator[Live]:
    yield from lived(gui)


def opened(live: Live, form: PixelFormat = BGRA8) -> krita.Document:
    document = live.open(picture(form))
    live.hands.select(document, SELECTED, bytes(selection().data))
    live.gui.settle()
    return document


def painted(live: Live, request: GenerateRequest) -> None:
    live.ended(live.start(request), PAINTING_SECONDS)


def tree(live: Live) -> list[tuple[int, str, LayerKind]]:
    """From top to bottom."""
    layers = live.host.layers(live.host.active_document())
    return [(each.depth, each.name, each.kind) for each in layers]


def shown(live: Live, document: krita.Document, form: PixelFormat) -> list[Shown]:
    """The layers of the group, from bottom to top, each with its only mask."""

    def read(reference: str) -> Shown:
        node = document.nodeByUniqueID(QUuid(reference))
        (mask,) = node.childNodes()
        assert mask.type() == "transparencymask"
        pixels = Pixels(SIZE, form, bytes(node.pixelData(*BOX)))
        return Shown(pixels, bytes(mask.pixelData(*BOX)))

    layers = live.host.layers(live.host.active_document())
    inside = [each.reference for each in reversed(layers) if each.depth == 1]
    return [live.gui.call(lambda each=each: read(each)) for each in inside]


@pytest.mark.parametrize("form", [BGRA8, BGRA16], ids=["u8", "u16"])
def test_a_group_of_masked_layers(live: Live, form: PixelFormat) -> None:
    document = opened(live, form)
    (bottom,) = live.names(document)
    before, untouched = live.seen(document, form), live.print_of(document)
    painted(live, REQUEST)
    staged = live.seen(document, form)
    below, top = live.names(document)
    assert (below, top.startswith(PREVIEW)) == (bottom, True)
    assert [name for _, name, _ in tree(live)] == [bottom], "what is staged is no layer yet"
    live.act("velatura_accept")
    _check_layers(live, bottom)
    layers = shown(live, document, form)
    _check_masks(layers)
    after = live.seen(document, form)
    assert bytes(after.data) == bytes(staged.data)
    assert outside(after) == outside(before)
    assert furthest(samples(after), laid(before, layers)) <= ROUNDED
    as_file = [float(each) for each in Path(os.environ["VELATURA_DRIVE_AS_FILE"]).read_bytes()]
    assert furthest(samples(after), as_file) <= ROUNDED
    live.undo()
    assert live.print_of(document)[:3] == untouched[:3]  # type: ignore[index]
    assert live.seen(document, form) == before
    live.hands.redo()
    live.wait(lambda: len(tree(live)) == COUNT + 2)
    assert live.seen(document, form) == after
    _check_saved(live, document, after)


def _check_saved(live: Live, document: krita.Document, after: Pixels) -> None:
    accepted = tree(live)
    again = reopened(live, saved(live, document))
    assert tree(live) == accepted
    assert live.seen(again, after.format) == after
    *ours, bottom = live.host.layers(live.host.active_document())
    assert all(each.is_result for each in ours)
    assert not bottom.is_result


def _check_layers(live: Live, bottom: str) -> None:
    group, *inside, last = live.host.layers(live.host.active_document())
    assert (group.name, group.kind, group.depth) == (GROUP, LayerKind.GROUP, 0)
    assert [each.name for each in inside] == layer_names()
    assert last.name == bottom
    for each in (group, *inside):
        assert (each.opacity, each.blend) == (1.0, "normal")
        assert each.is_visible
        assert not each.is_locked
    assert {(each.depth, each.kind) for each in inside} == {(1, LayerKind.PAINT)}
    assert live.host.active_layer(live.host.active_document()) == last


def _check_masks(layers: list[Shown]) -> None:
    assert len(layers) == COUNT
    selected = whole_mask()
    for each in layers:
        held = [value for value, wanted in zip(each.mask, selected, strict=True) if not wanted]
        assert not any(held), "it shows beside the selection"
        assert len(set(each.mask)) > 10, "how much of it shows differs from place to place"
    assert len({each.mask for each in layers}) == COUNT
    assert len({bytes(each.pixels.data) for each in layers}) == COUNT


def test_discarded_they_leave_nothing(live: Live) -> None:
    document = opened(live)
    untouched = live.print_of(document)
    painted(live, REQUEST)
    live.act("velatura_discard")
    live.wait(lambda: len(live.names(document)) == 1)
    assert live.print_of(document) == untouched


def test_variations_are_groups(live: Live) -> None:
    """One is looked at after the other; all of them are one group and one undo step."""
    document = opened(live)
    before = live.seen(document, BGRA8)
    painted(live, variations(2))
    first = live.seen(document, BGRA8)
    live.act("velatura_next")
    second = live.seen(document, BGRA8)
    live.act("velatura_previous")
    assert live.seen(document, BGRA8) == first
    assert len({bytes(each.data) for each in (before, first, second)}) == 3
    assert outside(first) == outside(second) == outside(before)
    live.act("velatura_accept_all")
    depths = [depth for depth, _, _ in tree(live)]
    assert depths == [0, *[1, *[2] * COUNT] * 2, 0]
    assert live.seen(document, BGRA8) == first
    live.undo()
    assert [depth for depth, _, _ in tree(live)] == [0]
    assert live.seen(document, BGRA8) == before
