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
    EngineLayer,
    EngineResult,
    EngineTask,
)
from velatura_backend.executors.base import WorkFailed, WorkResult
from velatura_backend.executors.worker.parts import part_layers
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import LayerPart, Placement
from velatura_protocol.tasks import Canvas, Intent, Operation

LEFT, RIGHT = Rect(0, 0, 20, 30), Rect(60, 10, 30, 20)


def beside(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    """A background below with a mask of its own, a source map above, a table of its own size."""
    height, width, channels = task.image.shape
    mask = np.zeros((height, width), np.float32)
    mask[: height // 2] = 1.0
    yield EngineResult(
        task.image.copy(),
        layers=(
            EngineLayer(LayerPart.BACKGROUND, task.image * 0.5, Placement.BELOW, mask),
            EngineLayer(LayerPart.SOURCE_MAP, task.image.copy(), Placement.ABOVE),
            EngineLayer(
                LayerPart.COLOUR_TABLE,
                np.ones((8, 8, channels), np.float32),
                Placement.NEW_DOCUMENT,
            ),
        ),
    )


def desk_with_two_crops(folder: Path) -> Desk:
    desk = Desk(folder, size=Size(100, 40))
    desk.add_image(1, LEFT)
    desk.add_image(2, RIGHT)
    return desk


def test_the_crops_parts_are_joined_and_lie_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = desk_with_two_crops(tmp_path).order(operation=Operation.RESTORE, intent=Intent.NONE)
    result: WorkResult = only(list(work_with(monkeypatch, beside, order)), WorkResult)
    layers = result.variation.layers
    assert [layer.part for layer in layers] == [
        LayerPart.BACKGROUND,
        LayerPart.MAIN,
        LayerPart.SOURCE_MAP,
        LayerPart.COLOUR_TABLE,
    ]
    assert [layer.placement for layer in layers] == [Placement.ABOVE] * 3 + [Placement.NEW_DOCUMENT]
    background, main, _, table = layers
    assert [patch.region for patch in background.patches] == [LEFT, RIGHT]
    assert background.region == main.region == Rect(0, 0, 90, 30)
    assert (background.name, main.name) == ("Background 0", "Restore 0")
    assert [patch.region for patch in table.patches] == [Rect(0, 0, 8, 8)]
    halves = samples_of(result, background.patches[1].pixels).astype(int)
    whole = samples_of(result, main.patches[1].pixels).astype(int)
    np.testing.assert_allclose(halves, whole / 2, atol=0.51)
    assert background.patches[0].mask is not None
    shown = samples_of(result, background.patches[0].mask)[..., 0]
    assert (shown[:15] == 255).all()
    assert not shown[15:].any()
    assert set(result.blobs) == {blob for blob in result.blobs if blob.path.exists()}


def test_a_part_of_an_extended_picture_has_a_document_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_with_two_crops(tmp_path)
    canvas = Canvas(desk.size, desk.format, margins=Margins(10, 5, 0, 0))
    order = desk.order(canvas=canvas, intent=Intent.EXPAND)
    result: WorkResult = only(list(work_with(monkeypatch, beside, order)), WorkResult)
    background = result.variation.layers[0]
    assert background.placement is Placement.NEW_DOCUMENT
    assert background.region == Rect(-10, -5, 90, 30)


def test_a_part_that_does_not_fit_its_crop_fails_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        layer = EngineLayer(LayerPart.BACKGROUND, task.image[1:], Placement.BELOW)
        yield EngineResult(task.image.copy(), layers=(layer,))

    desk = Desk(tmp_path)
    desk.add_image()
    events = list(work_with(monkeypatch, wrong, desk.order(operation=Operation.RESTORE)))
    assert isinstance(events[-1], WorkFailed)
    assert not list(desk.output.iterdir())


def test_without_parts_there_is_nothing_below_or_above(tmp_path: Path) -> None:
    assert part_layers(Desk(tmp_path).simple().task, 0, []) == ((), ())
