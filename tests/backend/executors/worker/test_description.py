from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.backend.executors.orders import Desk
from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.worker.description import (
    digital_source_type,
    layer_name,
    part_name,
    part_placement,
    placement,
)
from velatura_protocol.geometry import Margins
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.tasks import Intent, Operation, Task


def task(folder: Path, **changes: object) -> Task:
    return Desk(folder).simple(**changes).task


def test_a_layer_is_named_for_its_prompt_or_operation(tmp_path: Path) -> None:
    assert layer_name(task(tmp_path), 7) == "Remove 7"
    whole = task(tmp_path, operation=Operation.CUT_OUT, intent=Intent.NONE)
    assert layer_name(whole, 1) == "Cut out 1"
    named = layer_name(task(tmp_path, prompt="red  velvet\n" + "x" * 80), 12)
    assert named.startswith("red velvet xxx")
    assert named.endswith("… 12")
    assert len(named) == 40 + len(" 12")


@pytest.mark.parametrize(
    ("operation", "intent", "where"),
    [
        (Operation.FILL, Intent.REMOVE, Placement.ABOVE),
        (Operation.FILL, Intent.EXPAND, Placement.ABOVE),
        (Operation.UPSCALE, Intent.NONE, Placement.NEW_DOCUMENT),
        (Operation.RESTYLE, Intent.NONE, Placement.ABOVE),
    ],
)
def test_where_it_goes(
    tmp_path: Path, operation: Operation, intent: Intent, where: Placement
) -> None:
    assert placement(task(tmp_path, operation=operation, intent=intent)) is where


def test_a_canvas_with_margins_resizes_the_document(tmp_path: Path) -> None:
    expand = task(tmp_path, intent=Intent.EXPAND)
    grown = replace(expand, canvas=replace(expand.canvas, margins=Margins(left=9)))
    assert placement(grown) is Placement.RESIZE_DOCUMENT


def test_the_source_type_tells_models_from_algorithms(tmp_path: Path) -> None:
    with_weights = replace(ECHO, weights=True)
    edited = task(tmp_path)
    made = replace(edited, operation=Operation.GENERATE, inputs=())
    enhanced = replace(edited, operation=Operation.RESTORE)
    assert digital_source_type(ECHO, edited) == "compositeSynthetic"
    assert digital_source_type(ECHO, enhanced) == "algorithmicallyEnhanced"
    assert digital_source_type(ECHO, made) == "algorithmicMedia"
    assert digital_source_type(with_weights, enhanced) == "algorithmicallyEnhanced"
    assert digital_source_type(with_weights, edited) == "compositeWithTrainedAlgorithmicMedia"
    assert digital_source_type(with_weights, made) == "trainedAlgorithmicMedia"


def test_a_place_may_be_asked_for(tmp_path: Path) -> None:
    upscale = task(tmp_path, operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0)
    assert placement(upscale) is Placement.NEW_DOCUMENT
    for where in upscale.placements:
        assert placement(replace(upscale, placement=where)) is where


def test_a_part_has_its_variations_number() -> None:
    assert part_name(LayerPart.SOURCE_MAP, 7) == "Source map 7"


@pytest.mark.parametrize(
    ("main", "wanted", "where"),
    [
        (Placement.ABOVE, Placement.BELOW, Placement.ABOVE),
        (Placement.TOP, Placement.BELOW, Placement.TOP),
        (Placement.BELOW, Placement.ABOVE, Placement.BELOW),
        (Placement.NEW_DOCUMENT, Placement.BELOW, Placement.ABOVE),
        (Placement.RESIZE_DOCUMENT, Placement.ABOVE, Placement.NEW_DOCUMENT),
        (Placement.ABOVE, Placement.NEW_DOCUMENT, Placement.NEW_DOCUMENT),
    ],
)
def test_a_part_goes_where_the_main_layer_goes(
    tmp_path: Path, main: Placement, wanted: Placement, where: Placement
) -> None:
    beside = task(tmp_path, placement=main)
    assert part_placement(beside, wanted) is where
