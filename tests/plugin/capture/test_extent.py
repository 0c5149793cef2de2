from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugin.desk import noise
from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.capture.capture import CaptureContext, capture
from velatura_plugin.capture.extent import Anchor, Ground, cut_out, margins_to_aspect, padded
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import Document
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_plugin.state.state import view_of
from velatura_protocol.engines import ContextRule, RoleSpec
from velatura_protocol.errors import BadTask, TooLarge
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import Limits
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Intent, Operation, Role, SampleSource

SIZE = Size(40, 30)
MARGINS = Margins(5, 6, 7, 8)
EXTEND = GenerateRequest(Operation.FILL, Intent.EXPAND, extent=MARGINS)
ENGINE = replace(INVERTER, context=ContextRule(0.0, 2))
CONTEXT = CaptureContext(ENGINE, Limits(), seed=7)

ANCHORED = [
    (Anchor.TOP_LEFT, Margins(0, 0, 60, 0)),
    (Anchor.LEFT, Margins(0, 0, 60, 0)),
    (Anchor.CENTRE, Margins(30, 0, 30, 0)),
    (Anchor.TOP, Margins(30, 0, 30, 0)),
    (Anchor.BOTTOM_RIGHT, Margins(60, 0, 0, 0)),
]


@pytest.mark.parametrize(("anchor", "margins"), ANCHORED)
def test_an_aspect_with_an_anchor(anchor: Anchor, margins: Margins) -> None:
    assert margins_to_aspect(Size(100, 90), 16, 9, anchor) == margins
    turned = Margins(margins.top, margins.left, margins.bottom, margins.right)
    flipped = Anchor((anchor.value[1], anchor.value[0]))
    assert margins_to_aspect(Size(90, 100), 9, 16, flipped) == turned


def test_what_has_the_aspect_already_gains_nothing() -> None:
    assert margins_to_aspect(Size(1920, 1080), 16, 9).is_empty
    assert margins_to_aspect(Size(640, 427), 3, 2).is_empty, "427 is as near as 640 pixels get"


@settings(max_examples=60)
@given(
    st.builds(Size, st.integers(1, 5000), st.integers(1, 5000)),
    st.floats(0.05, 20),
    st.sampled_from(Anchor),
)
def test_the_aspect_is_met_to_the_pixel(size: Size, ratio: float, anchor: Anchor) -> None:
    margins = margins_to_aspect(size, ratio, 1.0, anchor)
    grown = margins.around(size)
    assert margins.inside(grown).size == size
    assert size.width in (grown.width, size.width)
    assert grown.width == size.width or grown.height == size.height, "only one side grows"
    nearest = abs(grown.width - grown.height * ratio) <= 0.51
    assert nearest or abs(grown.height - grown.width / ratio) <= 0.51


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (-1, 1), (1e300, 1e-300), (1, 1e-9)])
def test_an_aspect_that_cannot_be(width: float, height: float) -> None:
    with pytest.raises(BadTask):
        margins_to_aspect(SIZE, width, height)


@pytest.mark.parametrize("depth", list(Depth))
def test_padding_is_zeros_around_the_same_bytes(depth: Depth) -> None:
    form = PixelFormat(depth, Layout.RGBA)
    pixels, region, wanted = noise(Size(4, 3), form), Rect(2, 1, 4, 3), Rect(-1, 0, 9, 5)
    made = padded(pixels, region, wanted)
    assert (made.size, made.format) == (wanted.size, form)
    assert crop(made, wanted, region) == bytes(pixels.data)
    assert sum(bytes(made.data)) == sum(bytes(pixels.data))
    assert padded(pixels, region, region) is pixels


@pytest.fixture
def host() -> MemoryHost:
    return MemoryHost()


@pytest.fixture
def document(host: MemoryHost) -> Document:
    return host.open(noise(SIZE))


def test_the_frame_is_all_that_is_new_and_nothing_else(document: Document) -> None:
    frame = Ground(document, MARGINS).frame(10_000)
    assert frame.region == Rect(0, 0, 52, 44)
    held = MARGINS.inside(frame.region.size)
    assert set(crop(frame.pixels, frame.region, held)) == {0}
    assert bytes(frame.pixels.data).count(255) == 52 * 44 - 40 * 30


def test_the_frame_is_bounded_before_it_is_made(document: Document) -> None:
    with pytest.raises(TooLarge) as caught:
        Ground(document, Margins(right=2**30)).frame(10_000)
    assert caught.value.params["pixels"] == (40 + 2**30) * 30


def test_a_task_is_in_the_larger_canvas(host: MemoryHost, document: Document) -> None:
    captured = capture(host, document, EXTEND, CONTEXT)
    task = captured.task
    assert (task.canvas.size, task.canvas.margins) == (Size(52, 44), MARGINS)
    (image,), (mask,) = task.crops, task.with_role(Role.MASK)
    assert image.region == mask.region == Rect(0, 0, 52, 44)
    pixels = captured.blobs[image.blob]
    held = Rect(5, 6, 40, 30)
    assert crop(pixels, image.region, held) == bytes(captured_whole(host, document))
    assert bytes(captured.blobs[mask.blob].data).count(255) == 52 * 44 - 40 * 30
    view = view_of("job", task, document.id)
    assert view.regions == (Rect(-5, -6, 52, 44),)
    assert view.margins == MARGINS


def test_two_far_sides_of_a_usual_picture_are_seen_as_one(host: MemoryHost) -> None:
    document = host.open(noise(Size(400, 20)))
    request = replace(EXTEND, extent=Margins(left=10, right=12))
    assert capture(host, document, request, CONTEXT).crops == (Rect(0, 0, 422, 20),)


def test_two_far_sides_of_a_huge_one_are_two_crops_with_their_surroundings_only(
    host: MemoryHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura_plugin.capture.capture.SEEN_WHOLE", 400 * 20)
    document = host.open(noise(Size(400, 20)))
    request = replace(EXTEND, extent=Margins(left=10, right=12))
    captured = capture(host, document, request, CONTEXT)
    assert captured.crops == (Rect(0, 0, 12, 20), Rect(408, 0, 14, 20))
    left, right = (captured.blobs[each.blob] for each in captured.task.crops)
    seen = captured_whole(host, document)
    whole = Rect(0, 0, 400, 20)
    assert crop(left, Rect(0, 0, 12, 20), Rect(10, 0, 2, 20)) == crop(
        seen_pixels(document, seen), whole, Rect(0, 0, 2, 20)
    )
    assert crop(right, Rect(408, 0, 14, 20), Rect(408, 0, 2, 20)) == crop(
        seen_pixels(document, seen), whole, Rect(398, 0, 2, 20)
    )


def test_what_is_selected_does_not_matter(host: MemoryHost, document: Document) -> None:
    plain = capture(host, document, EXTEND, CONTEXT)
    host.select(document, Rect(3, 3, 4, 4))
    assert capture(host, document, EXTEND, CONTEXT).task == plain.task


def test_roles_lie_where_they_lie_in_the_picture(host: MemoryHost, document: Document) -> None:
    spot = Rect(10, 4, 6, 5)
    white = noise(spot.size).format
    layer = bytes(b"\xff" * white.byte_count(spot.size))
    host.add_layer(document, "Stencil", spot, replace(noise(spot.size), data=layer))
    roles = (*ENGINE.roles, RoleSpec(Role.EXCLUDE), RoleSpec(Role.SOURCE))
    context = replace(CONTEXT, engine=replace(ENGINE, roles=roles))
    request = replace(EXTEND, roles={Role.EXCLUDE: "Stencil", Role.SOURCE: "Stencil"})
    captured = capture(host, document, request, context)
    (exclude,) = captured.task.with_role(Role.EXCLUDE)
    drawn = captured.blobs[exclude.blob]
    assert crop(drawn, exclude.region, spot.translated(5, 6)) == b"\xff" * spot.area
    assert bytes(drawn.data).count(0) == exclude.region.area - spot.area
    (source,) = captured.task.with_role(Role.SOURCE)
    assert source.region == Rect(5, 6, 40, 30)


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (replace(EXTEND, extent=Margins()), BadTask),
        (replace(EXTEND, intent=Intent.REMOVE), BadTask),
        (replace(EXTEND, extent=Margins(left=2**30)), TooLarge),
    ],
)
def test_what_cannot_be_extended(
    host: MemoryHost, document: Document, request_: GenerateRequest, error: type[Exception]
) -> None:
    with pytest.raises(error):
        capture(host, document, request_, CONTEXT)


def captured_whole(host: MemoryHost, document: Document) -> bytes:
    whole = Rect.of_size(document.size)
    return bytes(host.capture(document, SampleSource.BELOW, whole).data)


def seen_pixels(document: Document, data: bytes):
    return replace(noise(Size(1, 1)), size=document.size, data=data)


@pytest.mark.parametrize(
    ("region", "wanted"),
    [
        (Rect(0, 0, 9, 7), Rect(2, 1, 4, 3)),
        (Rect(5, 4, 9, 7), Rect(2, 1, 6, 5)),
        (Rect(5, 4, 2, 2), Rect(2, 1, 16, 15)),
        (Rect(5, 4, 9, 7), Rect(30, 30, 6, 5)),
    ],
)
def test_what_is_cut_out_is_empty_where_there_is_nothing(region: Rect, wanted: Rect) -> None:
    pixels = noise(region.size, seed=1)
    made = cut_out(pixels, region, wanted)
    assert made.size == wanted.size
    inside = region.intersection(wanted)
    assert crop(made, wanted, inside) == crop(pixels, region, inside)
    assert bytes(made.data)[3::4].count(255) == inside.area
