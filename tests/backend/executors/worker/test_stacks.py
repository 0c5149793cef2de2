"""Results made of several layers: files of each, in order, and nothing of any outside of M."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import Desk, only, samples_of
from tests.backend.executors.worker.engines import work_with
from velatura_backend.engines.base import (
    EngineContext,
    EngineEvent,
    EngineResult,
    EngineTask,
    StackedLayer,
)
from velatura_backend.executors.base import WorkResult
from velatura_backend.executors.worker.description import stack_name
from velatura_backend.executors.worker.stacking import by_layer, stacked_masks
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import LayerPart, Placement, Remark, ResultLayer
from velatura_protocol.tasks import Canvas, Intent, Operation

LEFT, RIGHT = Rect(0, 0, 20, 30), Rect(60, 10, 30, 20)
SHADES = (0.25, 0.5, 0.75)


def in_layers(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    """A ground that shows everywhere, one layer that shows above, one that half shows."""
    height, width, _ = task.image.shape
    masks = [np.full((height, width), each, np.float32) for each in (1.0, 0.0, 0.5)]
    masks[1][: height // 2] = 1.0
    stack = tuple(
        StackedLayer(np.full_like(task.image, shade), mask)
        for shade, mask in zip(SHADES, masks, strict=True)
    )
    yield EngineResult(np.full_like(task.image, SHADES[-1]), stack=stack)


def in_one_piece_on_the_right(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    for event in in_layers(task, context):
        assert isinstance(event, EngineResult)
        is_right = task.image.shape[1] == RIGHT.width
        yield EngineResult(event.image) if is_right else event


def mask_of(result: WorkResult, layer: ResultLayer) -> np.ndarray:
    """Of its first crop."""
    mask = layer.patches[0].mask
    assert mask is not None
    return samples_of(result, mask)[..., 0]


def desk_with_two_crops(folder: Path) -> Desk:
    desk = Desk(folder, size=Size(100, 40))
    desk.add_image(1, LEFT)
    desk.add_image(2, RIGHT)
    return desk


def test_layers_lie_over_one_another_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = desk_with_two_crops(tmp_path).order(operation=Operation.RESTORE, intent=Intent.NONE)
    result: WorkResult = only(list(work_with(monkeypatch, in_layers, order)), WorkResult)
    layers = result.variation.layers
    assert [each.name for each in layers] == [
        f"Restore 0 (layer {number} of 3)" for number in (1, 2, 3)
    ]
    assert {(each.part, each.placement) for each in layers} == {(LayerPart.MAIN, Placement.ABOVE)}
    for layer, shade in zip(layers, SHADES, strict=True):
        assert [patch.region for patch in layer.patches] == [LEFT, RIGHT]
        assert layer.region == Rect(0, 0, 90, 30)
        pixels = samples_of(result, layer.patches[1].pixels).astype(int)
        assert abs(pixels[..., 0] - shade * 255).max() <= 0.51
    masks = [mask_of(result, each) for each in layers]
    assert (masks[0] == 255).all()
    assert (masks[1][:15] == 255).all()
    assert not masks[1][15:].any()
    assert (masks[2] == 128).all()
    assert set(result.blobs) == {blob for blob in result.blobs if blob.path.exists()}


def test_nothing_of_any_layer_shows_outside_of_the_mask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Desk(tmp_path).simple()
    result: WorkResult = only(list(work_with(monkeypatch, in_layers, order)), WorkResult)
    plain: WorkResult = only(list(work_with(monkeypatch, alone, order)), WorkResult)
    (whole,) = plain.variation.layers
    shown = mask_of(plain, whole)
    assert 0 < np.count_nonzero(shown) < shown.size
    for layer in result.variation.layers:
        mask = mask_of(result, layer)
        assert not mask[shown == 0].any()
    ground = mask_of(result, result.variation.layers[0])
    np.testing.assert_array_equal(ground, shown)


def alone(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    yield EngineResult(task.image.copy())


def test_a_crop_in_one_piece_lies_in_the_lowest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = desk_with_two_crops(tmp_path).order(operation=Operation.RESTORE, intent=Intent.NONE)
    events = list(work_with(monkeypatch, in_one_piece_on_the_right, order))
    layers = only(events, WorkResult).variation.layers
    regions = [[patch.region for patch in each.patches] for each in layers]
    assert regions == [[LEFT, RIGHT], [LEFT], [LEFT]]
    assert list(by_layer([])) == []


def test_what_gives_the_canvas_another_size_comes_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_with_two_crops(tmp_path)
    canvas = Canvas(desk.size, desk.format, margins=Margins(10, 5, 0, 0))
    order = desk.order(canvas=canvas, intent=Intent.EXPAND)
    variation = only(list(work_with(monkeypatch, in_layers, order)), WorkResult).variation
    (layer,) = variation.layers
    assert layer.placement is Placement.RESIZE_DOCUMENT
    assert variation.remarks == (Remark("layers_joined"),)


def test_soft_edges_fade_the_whole_stack() -> None:
    """As if what the layers are over one another were one picture under M."""
    random = np.random.default_rng(5)
    shown = [random.random((40, 50), np.float32) for _ in range(4)]
    shown[0][:20], shown[3][10:30] = 1.0, 1.0
    shown[2][:, :10] = 0.0
    weights = random.random((40, 50), np.float32)
    weights[:, 40:], weights[:, :5] = 1.0, 0.0
    colours = (0.2, 0.9, 0.4, 0.7)
    document = random.random((40, 50), np.float32)
    faded, whole = document.copy(), document.copy()
    for colour, mask, alone in zip(colours, stacked_masks(shown, weights), shown, strict=True):
        assert not mask[weights == 0.0].any()
        np.testing.assert_array_equal(mask[weights == 1.0], alone[weights == 1.0])
        faded += mask * (colour - faded)
        whole += alone * (colour - whole)
    wanted = document + weights * (whole - document)
    np.testing.assert_allclose(faded, wanted, atol=1e-5)


def test_one_layer_is_called_as_ever() -> None:
    assert stack_name("Fill 7", 1, 1) == "Fill 7"
    assert stack_name("A red disc 7", 2, 4) == "A red disc 7 (layer 2 of 4)"
