from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.desk import RGBA8, noise
from tests.plugin.scripted import INVERTER
from velatura_plugin.capture import (
    CaptureContext,
    alpha_mode,
    capture,
    check_request,
    choose_engine,
    needs_mask,
    uses_mask,
)
from velatura_plugin.host.base import Document, MaskKind, RoleContent
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_plugin.request import GenerateRequest, MaskSource
from velatura_protocol.engines import EngineSpec, RoleSpec
from velatura_protocol.errors import (
    BadTask,
    NotFound,
    NothingSelected,
    TooLarge,
    Unsupported,
)
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Limits
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.pixels import MASK_FORMAT, Depth, Layout, PixelFormat, Pixels
from velatura_protocol.tasks import AlphaMode, Edge, EdgeKind, Intent, Operation, Role, SampleSource

FILL = GenerateRequest(Operation.FILL, Intent.FILL)
SIZE = Size(40, 30)
CANVAS = Rect.of_size(SIZE)
CONTEXT = CaptureContext(INVERTER, Limits(), seed=7, document_key="key")


@pytest.fixture
def host() -> MemoryHost:
    return MemoryHost()


@pytest.fixture
def document(host: MemoryHost) -> Document:
    document = host.open(noise(SIZE))
    host.select(document, Rect(10, 10, 4, 4))
    return document


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


ENGINES = (
    EngineSpec("plain", "", "1", (Operation.FILL,), "", intents=(Intent.REMOVE,), rank=10),
    EngineSpec("words", "", "1", (Operation.FILL,), "", takes_prompt=True, rank=5),
    EngineSpec("large", "", "1", (Operation.UPSCALE,), ""),
    EngineSpec("check", "", "1", tuple(Operation), "", takes_prompt=True, rank=-100),
)


@pytest.mark.parametrize(
    ("request_", "engine"),
    [
        (GenerateRequest(Operation.FILL, Intent.REMOVE), "plain"),
        (GenerateRequest(Operation.FILL, Intent.ADD), "words"),
        (GenerateRequest(Operation.FILL, Intent.REMOVE, prompt="sky"), "words"),
        (GenerateRequest(Operation.FILL, Intent.REMOVE, engine="words"), "words"),
        (GenerateRequest(Operation.UPSCALE), "large"),
        (GenerateRequest(Operation.TILE, engine="check"), "check"),
    ],
)
def test_the_best_engine_that_can(request_: GenerateRequest, engine: str) -> None:
    assert choose_engine(ENGINES, request_).id == engine


@pytest.mark.parametrize(
    ("request_", "error", "params"),
    [
        (GenerateRequest(Operation.TILE), Unsupported, {"what": "tile"}),
        (
            GenerateRequest(Operation.FILL, Intent.ADD, engine="plain"),
            Unsupported,
            {"what": "add"},
        ),
        (GenerateRequest(Operation.UPSCALE, prompt="sky"), Unsupported, {"what": "prompt"}),
        (
            GenerateRequest(Operation.FILL, engine="gone"),
            NotFound,
            {"what": "engine", "id": "gone"},
        ),
    ],
)
def test_no_engine_can(request_: GenerateRequest, error: type, params: dict[str, str]) -> None:
    with pytest.raises(error) as raised:
        choose_engine(ENGINES, request_)
    assert raised.value.params == params


STRICT = replace(
    INVERTER,
    parameters=(Parameter("amount", ParameterKind.FLOAT, "Amount", 0.5, maximum=1.0),),
    roles=(*INVERTER.roles, RoleSpec(Role.SOURCE, required=True)),
)
GOOD = replace(FILL, roles={Role.SOURCE: "a"}, parameters={"amount": 1.0})


def test_a_good_request() -> None:
    check_request(GOOD, STRICT, Limits())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"parameters": {"amount": 2.0}}, "amount"),
        ({"parameters": {"speed": 2.0}}, "speed"),
        ({"roles": {}}, "source"),
        ({"roles": {"source": "a", "palette": "b"}}, "palette"),
        ({"variations": 0}, "variations"),
        ({"variations": 65}, "variations"),
        ({"strength": 1.01}, "strength"),
    ],
)
def test_a_request_that_contradicts_its_engine(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadTask) as raised:
        check_request(replace(GOOD, **change), STRICT, Limits())
    assert raised.value.params["field"] == field


@pytest.mark.parametrize(
    ("operation", "mode"),
    [
        (Operation.FILL, AlphaMode.CUT_OUT),
        (Operation.GENERATE, AlphaMode.CUT_OUT),
        (Operation.CUT_OUT, AlphaMode.CUT_OUT),
        (Operation.RESTYLE, AlphaMode.KEEP),
        (Operation.UPSCALE, AlphaMode.KEEP),
        (Operation.RECOLOUR, AlphaMode.KEEP),
    ],
)
def test_only_what_changes_colours_keeps_the_alpha(operation: Operation, mode: AlphaMode) -> None:
    assert alpha_mode(GenerateRequest(operation)) is mode
    assert alpha_mode(GenerateRequest(operation, alpha=AlphaMode.OPAQUE)) is AlphaMode.OPAQUE


CUTTER = replace(
    INVERTER,
    roles=(
        RoleSpec(Role.IMAGE, required=True),
        RoleSpec(Role.MASK, required=True),
        RoleSpec(Role.STROKES),
        RoleSpec(Role.STYLE),
    ),
)
CUT_OUT = GenerateRequest(Operation.CUT_OUT)
RECOLOUR = GenerateRequest(Operation.RECOLOUR)


def test_a_cut_out_begins_with_what_is_loosely_selected(
    host: MemoryHost, document: Document
) -> None:
    context = replace(CONTEXT, engine=CUTTER)
    captured = capture(host, document, CUT_OUT, context)
    assert captured.crops == (Rect(8, 8, 8, 8),)
    assert len(captured.task.with_role(Role.MASK)) == 1
    assert captured.task.alpha is AlphaMode.CUT_OUT
    host.deselect(document)
    with pytest.raises(NothingSelected):
        capture(host, document, CUT_OUT, context)
    assert capture(host, document, CUT_OUT, CONTEXT).crops == (CANVAS,), "that engine needs none"


def test_whether_something_is_to_be_selected_is_the_engines_to_say() -> None:
    assert needs_mask(Operation.FILL, None)
    assert needs_mask(Operation.CUT_OUT, CUTTER)
    assert not needs_mask(Operation.CUT_OUT, INVERTER)
    assert not needs_mask(Operation.CUT_OUT, None)
    assert not needs_mask(Operation.TILE, CUTTER), "a tile is all of the picture"
    maskless = replace(INVERTER, roles=(RoleSpec(Role.IMAGE),))
    assert uses_mask(CUT_OUT, INVERTER)
    assert not uses_mask(CUT_OUT, maskless)
    assert uses_mask(FILL, maskless)


def test_strokes_are_colours_cut_to_the_crop(host: MemoryHost, document: Document) -> None:
    """Transparent where the layer does not reach."""
    spot = Rect(6, 9, 4, 3)
    drawn = noise(spot.size, seed=3)
    host.add_layer(document, "Strokes", spot, drawn)
    request = replace(RECOLOUR, roles={Role.STROKES: "Strokes"})
    captured = capture(host, document, request, replace(CONTEXT, engine=CUTTER))
    (strokes,) = captured.task.with_role(Role.STROKES)
    assert strokes.region == captured.crops[0] == Rect(8, 8, 8, 8)
    assert strokes.format == RGBA8
    pixels = captured.blobs[strokes.blob]
    both = Rect(8, 9, 2, 3)
    assert crop(pixels, strokes.region, both) == crop(drawn, spot, both)
    assert bytes(pixels.data).count(0) >= 4 * (64 - both.area)


def test_every_crop_has_its_strokes(host: MemoryHost) -> None:
    document = host.open(noise(Size(300, 20)))
    data = bytearray(300 * 20)
    data[5], data[299] = 255, 1
    host.select(document, Rect(0, 0, 300, 20), bytes(data))
    host.add_layer(document, "Strokes", Rect(0, 0, 300, 20), noise(Size(300, 20), seed=3))
    request = GenerateRequest(Operation.RESTORE, roles={Role.STROKES: "Strokes"})
    task = capture(host, document, request, replace(CONTEXT, engine=CUTTER)).task
    regions = [each.region for each in task.with_role(Role.STROKES)]
    assert regions == [each.region for each in task.crops]
    assert len(regions) == 2


@pytest.mark.parametrize("role", [Role.STYLE, Role.STROKES])
def test_a_layer_with_nothing_on_it_serves_no_role(
    host: MemoryHost, document: Document, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Rect(0, 0, 0, 0)
    empty = RoleContent(nothing, Pixels(nothing.size, RGBA8, b""))
    monkeypatch.setattr(host, "role_content", lambda document, reference: empty)
    request = replace(RECOLOUR, roles={role: "Empty"})
    with pytest.raises(BadTask) as caught:
        capture(host, document, request, replace(CONTEXT, engine=CUTTER))
    assert caught.value.params == {"field": role, "reason": "is empty"}
