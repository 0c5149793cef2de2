"""What shortens a working day, on a memory host and the real server with its built-in engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.test_plugin_roundtrip import backend, connect, finish, plugin
from tests.plugin.desk import noise
from velatura_plugin.capture.request import GenerateRequest, MaskSource
from velatura_plugin.host.base import LayerKind, MaskKind
from velatura_plugin.host.samples import crop
from velatura_plugin.state.state import JobStatus
from velatura_protocol.errors import NothingSelected
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Intent, Operation, Role, SampleSource

SIZE = Size(96, 64)
REMOVE = GenerateRequest(Operation.FILL, Intent.REMOVE, seed=3)
CORNERS = replace(REMOVE, intent=Intent.FILL, mask=MaskSource(MaskKind.TRANSPARENCY), variations=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def straightened(form: PixelFormat) -> Pixels:
    """A picture turned by a little: two corners are transparent, as is the colour under them."""
    pixels = noise(SIZE, form, seed=1)
    size, data = form.pixel_bytes, bytearray(pixels.data)
    opaque = {Depth.U8: b"\xff", Depth.U16: b"\xff\xff", Depth.F32: b"\x00\x00\x80\x3f"}[form.depth]
    for y in range(SIZE.height):
        clear = max(0, 12 - y)
        for x in range(SIZE.width):
            start = (y * SIZE.width + x) * size
            gone = x < clear or x >= SIZE.width - max(0, y - SIZE.height + 12)
            if gone:
                data[start : start + size] = bytes(size)
            else:
                data[start + size - len(opaque) : start + size] = opaque
    return Pixels(SIZE, form, bytes(data))


@pytest.mark.parametrize("depth", [Depth.U8, Depth.U16, Depth.F32])
def test_the_corners_of_a_straightened_picture_are_filled(data: Path, depth: Depth) -> None:
    form = PixelFormat(depth, Layout.RGBA)
    pixels = straightened(form)
    with backend(data), plugin(data) as (app, host):
        document = host.open(pixels)
        connect(app, host)
        view = finish(app, host, app.controller.generate(CORNERS))
        assert view.status is JobStatus.FINISHED, view.error
        app.controller.accept(view.job)
        seen = host.flatten(document)
        size = form.pixel_bytes
        alpha = slice(size - form.depth.sample_bytes, size)
        opaque = bytes(pixels.data)[30 * SIZE.width * size :][:size][alpha]
        for index in range(SIZE.area):
            here = slice(index * size, (index + 1) * size)
            before, after = bytes(pixels.data)[here], bytes(seen.data)[here]
            if before[alpha] == opaque:
                assert after == before, "what was there is not touched"
            else:
                assert after[alpha] == opaque, "nothing is left open"


def test_nothing_is_transparent(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        host.open(noise(SIZE))
        connect(app, host)
        with pytest.raises(NothingSelected):
            app.controller.generate(CORNERS)


def test_forty_blemishes(data: Path) -> None:
    """Eight here: each is one undo step in one group, and none is lost."""
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        connect(app, host)
        before = host.flatten(document)
        app.retouch.turn_on(REMOVE)
        for number in range(8):
            host.select(document, Rect(5 + 10 * number, 20 + number, 4, 4))
            app.retouch.tick()
            app.retouch.tick()
            assert host.selection(document) is None
        host.run_until(lambda: app.controller.state.jobs == (), seconds=60)
        assert app.controller.state.retouch.waiting == 0
        assert app.controller.state.notice is None
        group, *inside, bottom = host.layers(document)
        assert (group.kind, bottom.name) == (LayerKind.GROUP, "Background")
        assert len(inside) == 8
        assert host.flatten(document) != before


def test_the_same_once_more_on_another_place(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        host.select(document, Rect(10, 10, 6, 6))
        connect(app, host)
        first = finish(app, host, app.controller.generate(REMOVE))
        app.controller.accept(first.job)
        other, canvas = Rect(60, 40, 6, 6), Rect.of_size(SIZE)
        before = crop(host.flatten(document), canvas, other)
        host.select(document, other)
        again = finish(app, host, app.repeat())
        assert again.status is JobStatus.FINISHED
        app.controller.accept(again.job)
        assert crop(host.flatten(document), canvas, other) != before


def test_the_second_removal_sees_the_first(data: Path) -> None:
    """On grass a red blot is removed, then something beside it whose surroundings it was: nothing
    red is copied into the second result, which lies on the first and is all seen."""
    form = PixelFormat(Depth.U8, Layout.RGBA)
    canvas, first, second = Rect.of_size(SIZE), Rect(40, 24, 12, 10), Rect(46, 26, 14, 10)
    grass, red = b"\x30\xa0\x20\xff", b"\xd0\x20\x20\xff"
    rows = [
        b"".join(red if first.contains(Rect(x, y, 1, 1)) else grass for x in range(SIZE.width))
        for y in range(SIZE.height)
    ]
    request = replace(REMOVE, engine="builtin_fill")
    with backend(data), plugin(data) as (app, host):
        document = host.open(Pixels(SIZE, form, b"".join(rows)))
        bottom = host.layers(document)[0]
        connect(app, host)
        for region in (first, second):
            host.select(document, region)
            view = finish(app, host, app.controller.generate(request))
            assert view.status is JobStatus.FINISHED, view.error
            app.controller.accept(view.job)
        top, _, below = host.layers(document)
        assert below == bottom
        layer = host.documents[document.id].contents.get(top.reference)
        assert layer is not None
        (patch,) = layer.patches
        assert patch.mask is not None
        assert b"\xff" * second.area == crop(patch.mask, patch.region, second)
        made = crop(patch.pixels, patch.region, second)
        assert crop(host.flatten(document), canvas, second) == made
        assert bytes(host.flatten(document).data) == grass * SIZE.area


def test_each_marked_layer_by_itself(data: Path) -> None:
    with backend(data), plugin(data) as (app, host):
        document = host.open(noise(SIZE))
        upper = host.add_layer(document, "Upper", Rect.of_size(SIZE), noise(SIZE, seed=2))
        lower = host.layers(document)[1].reference
        host.mark_layers(document, lower, upper)
        host.select(document, Rect(10, 10, 6, 6))
        connect(app, host)
        for job in app.generate_each(REMOVE):
            assert finish(app, host, job).status is JobStatus.FINISHED
            app.controller.accept(job)
        names = [each.name for each in host.layers(document)]
        assert names == ["Remove (3)", "Upper", "Remove (3)", "Background"]


def subject() -> Pixels:
    """A plain disc before another plain colour."""
    middle = (SIZE.width / 2, SIZE.height / 2)
    data = bytearray()
    for y in range(SIZE.height):
        for x in range(SIZE.width):
            inside = (x - middle[0]) ** 2 + (y - middle[1]) ** 2 < 18**2
            data += bytes((230, 190, 40, 255) if inside else (40, 70, 160, 255))
    return Pixels(SIZE, PixelFormat(Depth.U8, Layout.RGBA), bytes(data))


def test_a_cut_out_lies_over_its_filled_background(data: Path) -> None:
    """With an editable mask; the layer it is of stays below both, and one undo takes them away."""
    loose = Rect(SIZE.width // 2 - 24, SIZE.height // 2 - 24, 48, 48)
    request = GenerateRequest(Operation.CUT_OUT, parameters={"background": True})
    with backend(data), plugin(data) as (app, host):
        document = host.open(subject())
        before = host.flatten(document)
        host.select(document, loose)
        connect(app, host)
        view = finish(app, host, app.controller.generate(request))
        assert view.status is JobStatus.FINISHED, view.error
        app.controller.accept(view.job)
        group, cut, behind, original = host.layers(document)
        assert (group.kind, cut.depth, behind.depth) == (LayerKind.GROUP, 1, 1)
        assert behind.name.startswith("Background")
        assert original.name == "Background"
        (patch,) = host.find(document.id).layer(cut.reference).patches
        assert patch.mask is not None
        shown = crop(patch.mask, patch.region, Rect(SIZE.width // 2, SIZE.height // 2, 1, 1))
        assert shown == b"\xff"
        corner = Rect(loose.x, loose.y, 1, 1)
        assert crop(patch.mask, patch.region, corner) == b"\0"
        host.hide_layer(document, cut.reference)
        seen = bytes(host.flatten(document).data)
        centre = (SIZE.height // 2 * SIZE.width + SIZE.width // 2) * 4
        assert max(abs(a - b) for a, b in zip(seen[centre:][:3], (40, 70, 160), strict=True)) < 40
        host.undo(document)
        host.undo(document)
        assert host.flatten(document) == before


def test_strokes_colour_a_grey_layer(data: Path) -> None:
    """What is drawn on a layer of its own spreads over the picture below."""
    grey = Pixels(SIZE, PixelFormat(Depth.U8, Layout.RGBA), bytes((128, 128, 128, 255)) * SIZE.area)
    with backend(data), plugin(data) as (app, host):
        document = host.open(grey)
        bottom = host.layers(document)[0].reference
        spot = Rect(30, 20, 20, 6)
        red = Pixels(spot.size, grey.format, bytes((220, 30, 30, 255)) * spot.area)
        strokes = host.add_layer(document, "Strokes", spot, red)
        connect(app, host)
        request = GenerateRequest(
            Operation.RECOLOUR,
            sample_source=SampleSource.LAYER,
            layer=bottom,
            parameters={"mode": "colourise"},
            roles={Role.STROKES: strokes},
        )
        view = finish(app, host, app.controller.generate(request))
        assert view.status is JobStatus.FINISHED, view.error
        app.controller.accept(view.job)
        made = next(each for each in host.layers(document) if each.is_result)
        (patch,) = host.find(document.id).layer(made.reference).patches
        red_part, green_part, _, _ = crop(patch.pixels, patch.region, Rect(5, 5, 1, 1))
        assert red_part > green_part + 30
