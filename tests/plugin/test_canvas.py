from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.plugin.desk import noise
from tests.plugin.events import CONTENT, REGION
from velatura_plugin.canvas import DocumentKeys, JobCanvas, look_at, look_of, spot_of
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import (
    Document,
    LayerContent,
    LayerKind,
    PatchContent,
    PreviewFrame,
    ResultContent,
    Spot,
)
from velatura_plugin.host.memory import MemoryHost
from velatura_protocol.errors import NotFound, Unsupported
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.tasks import Intent, Operation, SampleSource


@pytest.fixture
def host() -> MemoryHost:
    return MemoryHost()


@pytest.fixture
def document(host: MemoryHost) -> Document:
    return host.open(noise(Size(20, 10)), name="one.kra")


@pytest.fixture
def canvas(host: MemoryHost, document: Document) -> JobCanvas:
    return JobCanvas(host, document, "job", Spot(), itertools.count().__next__)


def staged(host: MemoryHost, document: Document) -> list[str]:
    return [each.name for each in host.documents[document.id].contents.layers if each.job]


def test_a_preview_of_full_size_is_shown(
    host: MemoryHost, document: Document, canvas: JobCanvas
) -> None:
    canvas.show_preview(PreviewFrame(REGION, noise(REGION.size)))
    assert staged(host, document) == ["[Preview] job"]
    canvas.clear()
    assert staged(host, document) == []


def test_a_small_preview_is_never_stretched_over_the_canvas(
    host: MemoryHost, document: Document, canvas: JobCanvas
) -> None:
    canvas.show_preview(PreviewFrame(REGION, noise(Size(2, 2))))
    assert staged(host, document) == []


def test_what_is_not_there_is_not_cleared(
    host: MemoryHost, document: Document, canvas: JobCanvas
) -> None:
    host.close(document)
    canvas.clear()


def test_the_result_is_named_after_the_job_or_the_group_of_its_layers(
    host: MemoryHost, document: Document, canvas: JobCanvas
) -> None:
    canvas.show(CONTENT)
    canvas.accept(CONTENT, name="Remove (1)", document_key="key")
    two = replace(CONTENT, layers=CONTENT.layers * 2)
    canvas.accept(two, name="Remove (2)", document_key="key")
    names = [each.name for each in host.documents[document.id].contents.layers]
    assert names == ["Background", "Remove (1)", "a", "a", "Remove (2)"]


def test_what_was_made_beside_the_result_is_called_what_it_is(
    host: MemoryHost, document: Document, canvas: JobCanvas
) -> None:
    behind = replace(CONTENT.layers[0], name="Background 1", part=LayerPart.BACKGROUND)
    both = replace(CONTENT, layers=(behind, *CONTENT.layers))
    canvas.accept(both, name="Cut out (1)", document_key="key")
    names = [each.name for each in host.documents[document.id].contents.layers]
    assert names == ["Background", "Background 1", "Cut out (1)", "Cut out (1)"]


def test_a_failed_accept_leaves_the_canvas_to_be_cleared(
    host: MemoryHost, document: Document, canvas: JobCanvas
) -> None:
    canvas.show(CONTENT)
    host.close(document)
    with pytest.raises(NotFound):
        canvas.accept(CONTENT, name="a", document_key="key")
    with pytest.raises(NotFound):
        canvas.clear()
    canvas.forget()
    canvas.clear()


def test_what_was_made_of_all_that_is_visible_goes_on_top(
    host: MemoryHost, document: Document
) -> None:
    region = Rect.of_size(document.size)
    host.add_layer(document, "Paint", region, noise(document.size))
    host.add_layer(document, "Stencil", region, noise(document.size), LayerKind.MASK)
    _, paint, bottom = (each.reference for each in host.layers(document))
    request = GenerateRequest(Operation.RESTYLE, layer=bottom, group="Styles")
    below = replace(request, sample_source=SampleSource.BELOW)
    assert spot_of(host, document, below) == Spot(bottom, "Styles")
    visible = replace(request, sample_source=SampleSource.VISIBLE)
    assert spot_of(host, document, visible) == Spot(paint, "Styles")


def test_only_a_layer_by_itself_is_taken_after(host: MemoryHost, document: Document) -> None:
    bottom = host.layers(document)[0]
    host.blend_layer(document, bottom.reference, "multiply", 0.5)
    request = GenerateRequest(Operation.RESTYLE, layer=bottom.reference)
    alone = replace(request, sample_source=SampleSource.LAYER)
    look = look_of(host, document, alone)
    assert look is not None
    assert (look.blend, look.opacity) == ("multiply", 0.5)
    assert look_of(host, document, request) is None
    assert look_of(host, document, replace(alone, layer="gone")) is None


def test_an_engine_that_has_a_wish_gets_it(host: MemoryHost, document: Document) -> None:
    look = replace(host.layers(document)[0], blend="multiply", opacity=0.5)
    canvas = JobCanvas(host, document, "job", Spot(), itertools.count().__next__, look=look)
    screened = replace(CONTENT.layers[0], blend="screen")
    both = replace(CONTENT, layers=(CONTENT.layers[0], screened))
    canvas.accept(both, name="a", document_key="key")
    told = {(each.blend, each.opacity) for each in host.layers(document)[1:3]}
    assert told == {("multiply", 0.5), ("screen", 1.0)}


def test_keys(host: MemoryHost, document: Document) -> None:
    numbers = map(str, itertools.count(1))
    keys = DocumentKeys(host, lambda: f"key-{next(numbers)}")
    assert keys.of(document) == "key-1"
    assert keys.of(document) == "key-1"
    host.accept(document, "job", CONTENT, spot=Spot(), document_key="stored")
    assert keys.of(document) == "stored"
    other = host.open(noise(Size(4, 4)))
    first = keys.of(other)
    keys.forget(other.id)
    keys.forget(other.id)
    assert keys.of(other) != first


def test_looking_at_the_document(host: MemoryHost) -> None:
    assert look_at(host) is None
    document = host.open(noise(Size(20, 10)), name="one.kra")
    seen = look_at(host)
    assert seen is not None
    assert (seen.id, seen.name, seen.size, seen.selected) == (
        document.id,
        "one.kra",
        Size(20, 10),
        None,
    )
    host.select(document, Rect(1, 2, 3, 4))
    again = look_at(host)
    assert again is not None
    assert again.selected == Rect(1, 2, 3, 4)


class Unserved(MemoryHost):
    def active_document(self) -> Document | None:
        raise Unsupported(what="CMYK")


def test_a_document_that_cannot_be_served_is_seen_with_its_reason() -> None:
    seen = look_at(Unserved())
    assert seen is not None
    assert seen.problem is not None
    assert seen.problem.params == {"what": "CMYK"}


def test_growth_that_was_undone_and_redone(host: MemoryHost, document: Document) -> None:
    size = document.size
    canvas = JobCanvas(host, document, "job", Spot(), lambda: 0.0)
    region = Rect(-3, -2, size.width + 5, size.height + 4)
    patch = PatchContent(Rect(-3, -2, 4, 4), noise(Size(4, 4)))
    layer = LayerContent("new", region, (patch,), placement=Placement.RESIZE_DOCUMENT)
    content = ResultContent((layer,), replace(CONTENT.provenance, intent=Intent.EXPAND))
    growth = canvas.accept(content, name="first", document_key="key")
    assert growth is not None
    canvas.resized(growth)
    grown = host.documents[document.id].contents

    def check() -> None:
        after = host.documents[document.id].contents
        picture, new = after.layers[0], after.layers[-1]
        assert after.size == region.size
        assert picture.patches[0].region == Rect(3, 2, size.width, size.height)
        assert new.patches[0].region == Rect(0, 0, 4, 4)

    host.undo(document)
    canvas.show(content)  # the strip is looked through
    host.documents[document.id].change(grown)
    canvas.accept(content, name="second", document_key="key")
    check()
    host.undo(document)
    host.undo(document)
    assert host.document(document.id).size == size
    canvas.accept(content, name="third", document_key="key")
    check()
