from __future__ import annotations

import pytest

from tests.plugin.desk import noise
from velatura_plugin.capture.growth import Growth, Held, growth_of, settled, settled_preview
from velatura_plugin.host.base import LayerContent, PatchContent, PreviewFrame, ResultContent
from velatura_protocol.errors import Unsupported
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import Placement
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation

CANVAS = Rect(0, 0, 20, 10)
GROWN = Rect(-3, -2, 25, 14)
SPOT = Rect(-3, -2, 6, 5)


def result(
    placement: Placement = Placement.RESIZE_DOCUMENT, intent: Intent = Intent.EXPAND
) -> ResultContent:
    region = GROWN if placement is Placement.RESIZE_DOCUMENT else SPOT
    patch = PatchContent(SPOT, noise(SPOT.size))
    layer = LayerContent("a layer", region, (patch,), placement=placement)
    operation = Operation.FILL if intent is not Intent.NONE else Operation.RETARGET
    said = Provenance(operation, "echo", "1", "velatura/0", 1, "2026-01-01", "x", intent)
    return ResultContent((layer,), said)


def test_in_the_canvas_it_was_captured_from_nothing_changes() -> None:
    assert settled(result(), Held(CANVAS)) == result()
    assert growth_of(result()) == Growth(GROWN)
    assert growth_of(result(Placement.ABOVE)) is None


def test_a_second_variation_only_goes_on_top() -> None:
    (layer,) = settled(result(), Held(GROWN)).layers
    assert layer.placement is Placement.TOP
    assert layer.region == Rect(0, 0, 25, 14)
    assert layer.patches[0].region == Rect(0, 0, 6, 5)


def test_another_growth_takes_nothing_away() -> None:
    """The canvas has gained 9 pixels to the right; this one wants some on all other sides too."""
    (layer,) = settled(result(), Held(Rect(0, 0, 29, 10))).layers
    assert layer.placement is Placement.RESIZE_DOCUMENT
    assert layer.region == Rect(-3, -2, 32, 14)


def test_a_retarget_may_take_away() -> None:
    (layer,) = settled(result(intent=Intent.NONE), Held(Rect(0, 0, 29, 10))).layers
    assert (layer.placement, layer.region) == (Placement.RESIZE_DOCUMENT, GROWN)


@pytest.mark.parametrize("placement", [Placement.ABOVE, Placement.BELOW, Placement.TOP])
def test_others_stay_where_they_were_in_the_picture(placement: Placement) -> None:
    (layer,) = settled(result(placement), Held(GROWN)).layers
    assert (layer.placement, layer.region) == (placement, Rect(0, 0, 6, 5))


def test_a_new_document_lies_nowhere() -> None:
    opened = result(Placement.NEW_DOCUMENT)
    assert settled(opened, Held(GROWN)) == opened


def enlarged() -> ResultContent:
    """Three times as large, as two patches side by side."""
    left, right = Rect(0, 0, 8, 10), Rect(8, 0, 12, 10)
    patches = tuple(PatchContent(each, noise(each.size.scaled(3.0))) for each in (left, right))
    said = result(intent=Intent.NONE).provenance
    layer = LayerContent("large", CANVAS, patches, 3.0, placement=Placement.RESIZE_DOCUMENT)
    return ResultContent((layer,), said)


def test_a_second_variation_of_an_upscale_enlarges_nothing_any_more() -> None:
    held = Held(CANVAS)
    growth = growth_of(settled(enlarged(), held))
    assert growth == Growth(CANVAS, 3.0)
    held = held.after(growth)
    assert held.bounds == Rect(0, 0, 60, 30)
    (layer,) = settled(enlarged(), held).layers
    assert (layer.placement, layer.scale, layer.region) == (Placement.TOP, 1.0, held.bounds)
    assert [each.region for each in layer.patches] == [Rect(0, 0, 24, 30), Rect(24, 0, 36, 30)]


@pytest.mark.parametrize("content", [result(), result(Placement.ABOVE)])
def test_what_is_older_than_an_upscale_does_not_fit(content: ResultContent) -> None:
    with pytest.raises(Unsupported):
        settled(content, Held(CANVAS, 3.0))


def test_growths_add_up() -> None:
    held = Held(CANVAS).after(Growth(Rect(-3, -2, 25, 14))).after(Growth(Rect(-1, 0, 26, 14)))
    assert held == Held(Rect(-4, -2, 26, 14))


def test_a_preview_moves_along() -> None:
    frame = PreviewFrame(SPOT, noise(SPOT.size))
    assert settled_preview(frame, Held(GROWN)).region == Rect(0, 0, 6, 5)
