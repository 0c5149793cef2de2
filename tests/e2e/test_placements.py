"""Where an upscale goes, and what roles from the document do: memory host and real server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.test_plugin_roundtrip import backend, connect, finish, plugin
from tests.plugin.desk import RGBA8, noise
from velatura_plugin.app import App
from velatura_plugin.capture.request import GenerateRequest, MaskSource
from velatura_plugin.host.base import Document, MaskKind
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_plugin.state.state import JobStatus, JobView
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import Intent, Operation, Placement, Role

SIZE = Size(40, 30)
WHOLE = Rect.of_size(SIZE)
UPSCALE = GenerateRequest(Operation.UPSCALE, engine="echo", scale=2.0, seed=1)
REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE, seed=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def finished(app: App, host: MemoryHost, request: GenerateRequest) -> JobView:
    view = finish(app, host, app.controller.generate(request))
    assert view.status is JobStatus.FINISHED, view.error
    return view


def inverted(pixels: Pixels) -> bytes:
    data = bytearray(255 - value for value in bytes(pixels.data))
    data[3::4] = bytes(pixels.data)[3::4]
    return bytes(data)


def doubled(pixels: bytes, size: Size) -> bytes:
    rows: list[bytes] = []
    for start in range(0, len(pixels), size.width * 4):
        row = pixels[start : start + size.width * 4]
        wide = b"".join(row[x : x + 4] * 2 for x in range(0, len(row), 4))
        rows += (wide, wide)
    return b"".join(rows)


def colour(size: Size, pixel: bytes) -> Pixels:
    return Pixels(size, RGBA8, pixel * size.area)


# -- upscale


def test_an_upscale_is_a_document_of_its_own(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        before = host.documents[document.id].contents
        connect(app, host)
        view = finished(app, host, UPSCALE)
        app.controller.accept(view.job)
        assert host.documents[document.id].contents == before
        (other,) = [each for each in host.documents if each != document.id]
        made = host.flatten(host.document(other))
        assert made.size == Size(80, 60)
        assert bytes(made.data) == doubled(inverted(host.flatten(document)), SIZE)


def test_or_the_document_takes_its_size(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        before = host.flatten(document)
        connect(app, host)
        view = finished(
            app, host, replace(UPSCALE, placement=Placement.RESIZE_DOCUMENT, variations=2)
        )
        app.controller.accept_all(view.job)
        assert len(host.documents) == 1
        after = host.flatten(document)
        assert after.size == Size(80, 60), "twice, not four times"
        assert bytes(after.data) == doubled(inverted(before), SIZE)
        assert len(host.documents[document.id].contents.own_layers()) == 3


def test_or_it_is_more_detail_in_the_same_size(data: Path) -> None:
    selected = Rect(10, 8, 12, 9)
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        before = host.flatten(document)
        host.select(document, selected)
        connect(app, host)
        view = finished(app, host, replace(UPSCALE, placement=Placement.ABOVE))
        app.controller.accept(view.job)
        after = host.flatten(document)
        assert after.size == SIZE
        changed = [
            Rect(x, y, 1, 1)
            for y in range(SIZE.height)
            for x in range(SIZE.width)
            if crop(after, WHOLE, Rect(x, y, 1, 1)) != crop(before, WHOLE, Rect(x, y, 1, 1))
        ]
        assert len(changed) > selected.area // 2
        assert all(selected.contains(each) for each in changed)
        host.undo(document)
        assert host.flatten(document) == before


def test_without_a_selection_all_of_it(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(colour(SIZE, b"\x20\x40\x60\xff"))
        connect(app, host)
        view = finished(app, host, replace(UPSCALE, placement=Placement.TOP))
        app.controller.accept(view.job)
        assert bytes(host.flatten(document).data) == b"\xdf\xbf\x9f\xff" * SIZE.area


# -- roles


def scene(host: MemoryHost) -> Document:
    """Green and red halves: what is copied from where shows by its colour."""
    size = Size(160, 60)
    green, red = b"\x10\xc0\x10\xff" * 80, b"\xc0\x10\x10\xff" * 80
    document = host.open(Pixels(size, RGBA8, (green + red) * 60))
    host.select(document, Rect(70, 20, 24, 20))
    return document


def colours_in(host: MemoryHost, document: Document, region: Rect) -> set[bytes]:
    seen = crop(host.flatten(document), Rect.of_size(document.size), region)
    return {seen[start : start + 4] for start in range(0, len(seen), 4)}


def stencil(host: MemoryHost, document: Document, name: str, region: Rect) -> None:
    """A white layer, smaller than the canvas or partly off it, which is not drawn."""
    host.add_layer(document, name, region, colour(region.size, b"\xff\xff\xff\xff"))
    host.hide_layer(document, name)
    host.activate_layer(document, 0)


@pytest.mark.parametrize("off_canvas", [False, True])
def test_nothing_is_copied_from_what_is_excluded(data: Path, off_canvas: bool) -> None:
    """The stencil covers all that is red, and may reach far beyond the canvas."""
    region = Rect(80, -20, 300, 200) if off_canvas else Rect(80, 0, 80, 60)
    with backend(data), plugin(data) as (app, host):
        document = scene(host)
        stencil(host, document, "Not from here", region)
        connect(app, host)
        request = replace(REMOVE, engine="builtin_fill", parameters={"blend": 0.0})
        view = finished(app, host, replace(request, roles={Role.EXCLUDE: "Not from here"}))
        app.controller.accept(view.job)
        assert colours_in(host, document, Rect(70, 20, 24, 20)) == {b"\x10\xc0\x10\xff"}


def test_what_is_protected_is_taken_out_of_the_mask(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = scene(host)
        kept = Rect(76, 24, 6, 8)
        stencil(host, document, "Keep", kept)
        before = crop(host.flatten(document), Rect.of_size(document.size), kept)
        connect(app, host)
        request = replace(REMOVE, engine="echo", roles={Role.PROTECT: "Keep"})
        view = finished(app, host, request)
        app.controller.accept(view.job)
        after = host.flatten(document)
        assert crop(after, Rect.of_size(document.size), kept) == before
        around = colours_in(host, document, Rect(70, 20, 6, 20))
        assert around == {b"\xef\x3f\xef\xff"}, "the rest of the mask was inverted"


@pytest.mark.parametrize("role", [Role.SOURCE, Role.STYLE])
def test_a_layer_of_another_size_is_taken_whole(data: Path, role: str) -> None:
    with backend(data), plugin(data) as (app, host):
        document = scene(host)
        stencil(host, document, "Other", Rect(-4, 10, 20, 12))
        connect(app, host)
        finished(app, host, replace(REMOVE, engine="echo", roles={role: "Other"}))


def test_a_mask_from_a_layer_lies_where_the_layer_lies(data: Path) -> None:
    spot = Rect(100, 5, 9, 7)
    with backend(data), plugin(data) as (app, host):
        document = scene(host)
        stencil(host, document, "Hole", spot)
        before = host.flatten(document)
        connect(app, host)
        mask = MaskSource(MaskKind.REFERENCE, "Hole")
        view = finished(app, host, replace(REMOVE, engine="echo", mask=mask))
        app.controller.accept(view.job)
        after, whole = host.flatten(document), Rect.of_size(document.size)
        assert colours_in(host, document, spot) == {b"\x3f\xef\xef\xff"}
        for edge in (Rect(99, 0, 1, 60), Rect(109, 0, 1, 60), Rect(0, 4, 160, 1)):
            assert crop(after, whole, edge) == crop(before, whole, edge)
