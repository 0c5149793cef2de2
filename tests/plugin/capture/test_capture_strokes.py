"""Selections and strokes as hints."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.capturing import CANVAS, CONTEXT, FILL, opened
from tests.plugin.desk import RGBA8, noise
from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.capture.capture import capture, needs_mask, uses_mask
from velatura_plugin.capture.request import GenerateRequest
from velatura_plugin.host.base import Document, RoleContent
from velatura_plugin.host.memory import MemoryHost
from velatura_plugin.host.samples import crop
from velatura_protocol.engines import RoleSpec
from velatura_protocol.errors import BadTask, NothingSelected
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Pixels
from velatura_protocol.tasks import AlphaMode, Operation, Role


@pytest.fixture
def host() -> MemoryHost:
    return MemoryHost()


@pytest.fixture
def document(host: MemoryHost) -> Document:
    return opened(host)


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
    assert caught.value.params == {"field": role, "reason": "empty_layer"}
