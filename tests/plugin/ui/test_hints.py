"""What will be captured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import (
    online,
)
from tests.plugin.ui.showing import shown
from tests.plugin.ui.states import STATES, WITH_LAYERS, with_layer
from velatura_plugin.host.base import LayerKind
from velatura_plugin.state.state import DocumentSeen
from velatura_plugin.ui.form.draft import Draft
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.tasks import Placement, SampleSource


@pytest.mark.parametrize(
    ("kind", "more", "source", "text"),
    [
        (LayerKind.PAINT, {}, SampleSource.LAYER, ""),
        (LayerKind.GROUP, {}, SampleSource.LAYER, "The group “Sky” is captured as it looks"),
        (LayerKind.GROUP, {}, SampleSource.BELOW, ""),
        (LayerKind.VECTOR, {}, SampleSource.LAYER, "The vector layer “Sky” is captured"),
        (LayerKind.FILL, {}, SampleSource.LAYER, "The fill layer “Sky” is captured"),
        (LayerKind.FILTER, {}, SampleSource.LAYER, "The filter layer “Sky” has no pixels"),
        (LayerKind.MASK, {}, SampleSource.LAYER, "“Sky” is a mask"),
        (LayerKind.PAINT, {"is_visible": False}, SampleSource.LAYER, "“Sky” is hidden; it is"),
        (LayerKind.PAINT, {"is_visible": False}, SampleSource.BELOW, "“Sky” is hidden and will"),
        (LayerKind.PAINT, {"is_visible": False}, SampleSource.VISIBLE, ""),
        (LayerKind.PAINT, {"is_locked": True}, SampleSource.BELOW, "“Sky” is locked and stays"),
    ],
)
def test_surprising_layers_are_named(kind, more, source, text) -> None:
    draft = Draft(task="restyle", sources={"restyle": source})
    first, _, second = shown(with_layer(kind, **more), draft).hint.partition("\n")
    assert first == "Whole picture: 40 × 30 pixels"
    assert second.startswith(text)
    assert bool(second) is bool(text)


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        (Draft(task="extend"), ""),
        (Draft(task="extend", sides=Margins(left=60)), "The canvas becomes 100 × 30 pixels."),
        (Draft(task="upscale", scale=3.0), "The result has 120 × 90 pixels."),
        (
            Draft(task="upscale", places={"upscale": Placement.ABOVE}),
            "Selection: 4 × 4 pixels",
        ),
        (Draft(task="tile"), "Whole picture: 40 × 30 pixels"),
        (Draft(), "Selection: 4 × 4 pixels"),
    ],
)
def test_sizes_are_told(draft: Draft, text: str) -> None:
    assert shown(online(), draft).hint == text


def test_that_the_original_hides_a_cut_out_is_told() -> None:
    line = "The layer below stays as it is. Hide it to see what was cut out alone."
    assert shown(online(), Draft(task="cut_out")).hint.splitlines()[-1] == line
    apart = Draft(task="cut_out", places={"cut_out": Placement.NEW_DOCUMENT})
    assert line not in shown(online(), apart).hint


def test_large_sizes_are_grouped() -> None:
    state = online(DocumentSeen(replace(WITH_LAYERS, size=Size(12000, 800))))
    assert shown(state, Draft(task="tile")).hint == "Whole picture: 12\u202f000 × 800 pixels"


def test_retouch_mode_says_what_to_do() -> None:
    assert shown(STATES["retouch"]).hint == ""
    document = STATES["retouch"].document
    assert document is not None
    unselected = replace(STATES["retouch"], document=replace(document, selected=None))
    assert shown(unselected).generate.reason == "Retouch mode: select what is to go."
    assert shown(STATES["retouching"]).hint == "Retouch mode: 2 selections wait."
