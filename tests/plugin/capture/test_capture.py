from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.capturing import CANVAS, CONTEXT, FILL, SIZE, opened
from tests.plugin.desk import RGBA8, noise
from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.capture.capture import capture
from velatura_plugin.capture.request import GenerateRequest, MaskSource
from velatura_plugin.host.base import Document, MaskKind
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_protocol.engines import RoleSpec
from velatura_protocol.errors import NothingSelected, TooLarge
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import Edge, EdgeKind, Intent, Operation, Role, SampleSource


@pytest.fixture
def host() -> MemoryHost:
    return MemoryHost()


@pytest.fixture
def document(host: MemoryHost) -> Document:
    return opened(host)


def test_a_fill_takes_its_context_and_its_mask(host: MemoryHost, document: Document) -> None:
    captured = capture(host, document, FILL, CONTEXT)
    (image,) = captured.task.crops
    (mask,) = captured.task.with_role(Role.MASK)
    assert captured.crops == (Rect(8, 8, 8, 8),)
    assert image.region == mask.region == Rect(8, 8, 8, 8)
    assert (image.format, mask.format) == (RGBA8, MASK_FORMAT)
    pixels = host.capture(document, SampleSource.BELOW, image.region)
    assert captured.blobs[image.blob] == pixels
    shown = captured.blobs[mask.blob]
    assert crop(shown, mask.region, Rect(10, 10, 4, 4)) == b"\xff" * 16
    assert bytes(shown.data).count(0) == 64 - 16


def test_the_task_is_complete(host: MemoryHost, document: Document) -> None:
    request = replace(
        FILL,
        prompt="red velvet",
        avoid="blue",
        edge=Edge(EdgeKind.GROW, 2.5),
        strength=0.5,
        variations=3,
    )
    task = capture(host, document, request, CONTEXT).task
    assert (task.operation, task.intent, task.engine) == (
        Operation.FILL,
        Intent.FILL,
        "inverter",
    )
    assert (task.prompt, task.avoid, task.seed, task.variations) == ("red velvet", "blue", 7, 3)
    assert (task.canvas.size, task.canvas.format) == (SIZE, RGBA8)
    assert task.document_key == "key"
    assert task.preview is not None
    assert task.preview.format == RGBA8
    assert task.crops[0].region == Rect(2, 2, 20, 20), "grown by 3 on each side, then by the rule"


def test_no_previews_where_none_are_wanted(host: MemoryHost, document: Document) -> None:
    assert capture(host, document, replace(FILL, preview=False), CONTEXT).task.preview is None
    silent = replace(CONTEXT, previews_per_second=0.0)
    assert capture(host, document, FILL, silent).task.preview is None


def test_far_apart_places_are_one_job(host: MemoryHost) -> None:
    document = host.open(noise(Size(300, 20)))
    data = bytearray(300 * 20)
    data[5], data[299] = 255, 1
    host.select(document, Rect(0, 0, 300, 20), bytes(data))
    task = capture(host, document, FILL, CONTEXT).task
    assert [each.role for each in task.inputs] == [Role.IMAGE, Role.MASK] * 2
    assert len({each.blob for each in task.inputs}) == 4
    restyle = replace(FILL, operation=Operation.RESTYLE, intent=Intent.NONE)
    assert len(capture(host, document, restyle, CONTEXT).crops) == 1


def test_a_selection_over_the_edge_counts_on_the_canvas_only(host: MemoryHost) -> None:
    document = host.open(noise(SIZE))
    host.select(document, Rect(-10, -10, 12, 12))
    assert capture(host, document, FILL, CONTEXT).crops == (Rect(0, 0, 4, 4),)
    host.select(document, Rect(-10, -10, 5, 5))
    with pytest.raises(NothingSelected):
        capture(host, document, FILL, CONTEXT)


@pytest.mark.parametrize("operation", [Operation.RESTYLE, Operation.UPSCALE, Operation.TILE])
def test_others_take_the_layer_without_a_selection(
    host: MemoryHost, document: Document, operation: Operation
) -> None:
    host.deselect(document)
    task = capture(host, document, GenerateRequest(operation), CONTEXT).task
    assert [(each.role, each.region) for each in task.inputs] == [(Role.IMAGE, CANVAS)]


def test_an_upscale_takes_everything_whatever_is_selected(
    host: MemoryHost, document: Document
) -> None:
    task = capture(host, document, GenerateRequest(Operation.UPSCALE, scale=2.0), CONTEXT).task
    assert [each.region for each in task.inputs] == [CANVAS]
    assert task.scale == 2.0


def test_a_generator_needs_no_picture(host: MemoryHost, document: Document) -> None:
    request = GenerateRequest(Operation.GENERATE, prompt="a", target=Size(8, 8))
    for roles in ((), (RoleSpec(Role.IMAGE),)):  # one for other operations takes a picture too
        generator = replace(INVERTER, roles=roles)
        task = capture(host, document, request, replace(CONTEXT, engine=generator)).task
        assert task.inputs == ()
        assert task.target == Size(8, 8)


def test_the_mask_of_transparent_pixels(host: MemoryHost) -> None:
    data = bytearray(b"\x50\x60\x70\xff" * SIZE.area)
    data[3 : 4 * 10 : 4] = bytes(10)
    document = host.open(Pixels(SIZE, RGBA8, bytes(data)))
    request = replace(FILL, mask=MaskSource(MaskKind.TRANSPARENCY))
    captured = capture(host, document, request, CONTEXT)
    (mask,) = captured.task.with_role(Role.MASK)
    assert crop(captured.blobs[mask.blob], mask.region, Rect(0, 0, 11, 1)) == b"\xff" * 10 + b"\0"


class Counting(MemoryHost):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Rect] = []

    def capture(
        self, document: Document, source: SampleSource, region: Rect, *, layer: str = ""
    ) -> Pixels:
        self.asked.append(region)
        return super().capture(document, source, region, layer=layer)


def test_the_canvas_is_read_once_for_what_is_transparent() -> None:
    host = Counting()
    pixels = noise(Size(400, 30))
    data = bytearray(pixels.data)
    for corner in (0, 399):
        data[4 * corner + 3] = 0
    document = host.open(replace(pixels, data=bytes(data)))
    request = replace(FILL, mask=MaskSource(MaskKind.TRANSPARENCY))
    captured = capture(host, document, request, CONTEXT)
    assert host.asked == [Rect(0, 0, 400, 30)]
    assert len(captured.crops) == 2
    for image in captured.task.crops:
        assert captured.blobs[image.blob] == MemoryHost.capture(
            host, document, SampleSource.BELOW, image.region
        )


@pytest.mark.parametrize("layout", [Layout.RGBA, Layout.RGB])
def test_nothing_is_transparent(host: MemoryHost, layout: Layout) -> None:
    form = PixelFormat(Depth.U8, layout)
    document = host.open(Pixels(SIZE, form, b"\xff" * form.byte_count(SIZE)))
    with pytest.raises(NothingSelected):
        capture(host, document, replace(FILL, mask=MaskSource(MaskKind.TRANSPARENCY)), CONTEXT)


def test_the_mask_of_a_layer(host: MemoryHost, document: Document) -> None:
    white = Pixels(Size(2, 2), RGBA8, b"\xff" * 16)
    host.add_layer(document, "Stencil", Rect(20, 20, 2, 2), white)
    request = replace(FILL, mask=MaskSource(MaskKind.REFERENCE, "Stencil"))
    assert capture(host, document, request, CONTEXT).crops == (Rect(18, 18, 6, 6),)


def test_roles_are_cut_to_the_crop_or_taken_whole(host: MemoryHost, document: Document) -> None:
    white = Pixels(SIZE, RGBA8, b"\xff" * 4 * SIZE.area)
    host.add_layer(document, "Other", CANVAS, white)
    host.activate_layer(document, 0)
    request = replace(FILL, roles={Role.EXCLUDE: "Other", Role.STYLE: "Other"})
    captured = capture(host, document, request, CONTEXT)
    (exclude,) = captured.task.with_role(Role.EXCLUDE)
    (style,) = captured.task.with_role(Role.STYLE)
    assert (exclude.region, exclude.format) == (captured.crops[0], MASK_FORMAT)
    assert (style.region, style.format) == (CANVAS, RGBA8)
    assert captured.blobs[style.blob] == white


def test_a_crop_above_the_limit(host: MemoryHost, document: Document) -> None:
    small = replace(CONTEXT, engine=replace(INVERTER, max_pixels=10))
    with pytest.raises(TooLarge):
        capture(host, document, FILL, small)
    with pytest.raises(TooLarge):
        capture(host, document, GenerateRequest(Operation.UPSCALE), small)


SEEING = replace(
    INVERTER,
    parameters=(
        Parameter(
            "context",
            ParameterKind.CHOICE,
            "What it sees",
            "around",
            choices=(Choice("around", "Around"), Choice("whole", "All of it")),
        ),
    ),
    context=replace(INVERTER.context, whole_if="context=whole"),
)
WHOLE = replace(FILL, parameters={"context": "whole"})


def test_all_of_the_canvas_where_the_engine_is_asked_to_see_it(
    host: MemoryHost, document: Document
) -> None:
    seeing = replace(CONTEXT, engine=SEEING)
    assert capture(host, document, FILL, seeing).crops == (Rect(8, 8, 8, 8),)
    around = replace(FILL, parameters={"context": "around"})
    assert capture(host, document, around, seeing).crops == (Rect(8, 8, 8, 8),)
    assert capture(host, document, WHOLE, seeing).crops == (CANVAS,)


def test_far_apart_places_are_seen_as_one_with_all_of_the_canvas(host: MemoryHost) -> None:
    document = host.open(noise(Size(300, 20)))
    data = bytearray(300 * 20)
    data[5], data[299] = 255, 1
    host.select(document, Rect(0, 0, 300, 20), bytes(data))
    seeing = replace(CONTEXT, engine=SEEING)
    assert capture(host, document, WHOLE, seeing).crops == (Rect(0, 0, 300, 20),)


def test_a_canvas_above_the_limit_is_seen_as_far_as_that(
    host: MemoryHost, document: Document
) -> None:
    few = replace(CONTEXT, engine=replace(SEEING, max_pixels=400))
    (region,) = capture(host, document, WHOLE, few).crops
    assert 200 < region.area <= 400
    assert region.intersection(Rect(10, 10, 4, 4)) == Rect(10, 10, 4, 4)
