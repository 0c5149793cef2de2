"""Where: mask, edge, sample source, sizes, and where results go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plugin.events import online
from tests.plugin.ui.forms import (
    BOTH,
    BUILT_IN,
    REMOVE,
    after_edits,
    field,
    form,
    ids,
)
from tests.plugin.ui.states import PAINTER, WITH_LAYERS, offering
from velatura_plugin.capture.extent import Anchor
from velatura_plugin.capture.request import MaskSource
from velatura_plugin.host.base import MaskKind
from velatura_plugin.ui.form.draft import Draft, edge_of
from velatura_plugin.ui.form.requests import request_of
from velatura_plugin.ui.form.tasks import task_named
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.tasks import Edge, EdgeKind, Intent, Placement, SampleSource


@pytest.mark.parametrize(
    ("size", "pixels"), [(Size(1000, 1000), 8), (Size(6000, 4000), 39), (Size(10, 10), 1)]
)
def test_a_removal_starts_grown_by_the_picture_s_size(size: Size, pixels: int) -> None:
    assert REMOVE
    assert edge_of(Draft(), REMOVE, replace(WITH_LAYERS, size=size)) == Edge(EdgeKind.GROW, pixels)
    fill = task_named("fill")
    assert fill
    assert edge_of(Draft(), fill, replace(WITH_LAYERS, size=size)) == Edge()


def test_edges() -> None:
    draft = after_edits(BUILT_IN, ("edge", "exact"))
    assert request_of(draft, BUILT_IN).edge == Edge()
    assert "edge_pixels" not in ids(form(draft=draft).more)
    draft = after_edits(BUILT_IN, ("edge", "feather"), ("edge_pixels", 30), draft=draft)
    assert request_of(draft, BUILT_IN).edge == Edge(EdgeKind.FEATHER, 30)
    assert field(form(draft=draft), "edge_pixels").label == "Feather by"
    draft = after_edits(BUILT_IN, ("edge", "grow"), draft=draft)
    assert request_of(draft, BUILT_IN).edge == Edge(EdgeKind.GROW, 30)


def test_sources() -> None:
    assert request_of(Draft(), BUILT_IN).sample_source is SampleSource.BELOW
    assert request_of(Draft(task="restyle"), BOTH).sample_source is SampleSource.LAYER
    assert request_of(Draft(task="upscale"), BOTH).sample_source is SampleSource.VISIBLE
    draft = after_edits(BUILT_IN, ("source", "visible"))
    assert request_of(draft, BUILT_IN).sample_source is SampleSource.VISIBLE
    assert request_of(replace(draft, task="fill"), BUILT_IN).sample_source is SampleSource.BELOW


def test_masks() -> None:
    options = [each.label for each in field(form(), "mask").options]
    assert options == ["Selection", "Transparent areas", "Sky", "People", "Face", "Hole"]
    draft = after_edits(BUILT_IN, ("mask", "transparency"))
    assert request_of(draft, BUILT_IN).mask == MaskSource(MaskKind.TRANSPARENCY)
    draft = after_edits(BUILT_IN, ("mask", "layer:saved"))
    assert request_of(draft, BUILT_IN).mask == MaskSource(MaskKind.REFERENCE, "saved")
    elsewhere = online()
    assert request_of(draft, elsewhere).mask == MaskSource(), "that layer is not here"
    assert field(form(elsewhere, draft), "mask").value == "selection"


def test_extending() -> None:
    draft = after_edits(BUILT_IN, ("task", "extend"), ("extend_left", 8), ("extend_bottom", 3))
    request = request_of(draft, BUILT_IN)
    assert request.extent == Margins(left=8, bottom=3)
    assert (request.intent, request.edge, request.mask) == (Intent.EXPAND, Edge(), MaskSource())
    draft = after_edits(BUILT_IN, ("extent", "1:1"), ("anchor", "top"), draft=draft)
    assert request_of(draft, BUILT_IN).extent == Margins(bottom=10), "40 × 30 becomes a square"
    assert "extend_left" not in ids(form(draft=draft).main)
    assert draft.anchor is Anchor.TOP
    assert request_of(replace(draft, task="remove"), BUILT_IN).extent is None


def test_sizes() -> None:
    state = offering(PAINTER)
    draft = after_edits(state, ("task", "upscale"), ("scale", 99.0))
    assert request_of(draft, state).scale == 8.0
    assert request_of(draft, state).target is None
    draft = after_edits(state, ("task", "retarget"), ("width", 100), draft=draft)
    request = request_of(draft, state)
    assert (request.target, request.scale) == (Size(100, 30), None)
    draft = after_edits(state, ("height", 0), draft=draft)
    assert request_of(draft, state).target == Size(100, 1)


def test_places() -> None:
    state, draft = offering(PAINTER), Draft(task="upscale")
    assert request_of(draft, state).placement is Placement.NEW_DOCUMENT
    draft = after_edits(state, ("place", "above"), draft=draft)
    request = request_of(draft, state)
    assert request.placement is Placement.ABOVE
    assert request.stays_in_size
    assert request_of(replace(draft, task="retarget"), state).placement is Placement.NEW_DOCUMENT
    assert request_of(Draft(), state).placement is None
    cut_out = Draft(task="cut_out")
    assert request_of(cut_out, state).placement is Placement.ABOVE
    cut_out = after_edits(state, ("place", "new_document"), draft=cut_out)
    assert request_of(cut_out, state).placement is Placement.NEW_DOCUMENT
