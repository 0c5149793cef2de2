from __future__ import annotations

import tracemalloc
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import Desk, all_of, disc, only, samples_of
from tests.backend.executors.worker.engines import work_with
from velatura_backend.engines.base import (
    EngineContext,
    EngineEvent,
    EngineNotice,
    EngineResult,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from velatura_backend.executors.base import (
    WorkCancelled,
    WorkFailed,
    WorkFinished,
    WorkProgress,
    WorkResult,
)
from velatura_backend.executors.worker.delivery import THUMBNAIL_FORMAT
from velatura_backend.imaging.resize import resize
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import Placement, Remark
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import AlphaMode, Intent, Operation


def enlarged(image: FloatImage, factor: int) -> FloatImage:
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


def streamed(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    """Twice as large, by nearest neighbour, in strips of ten rows."""
    height, width = task.image.shape[:2]
    strips = (enlarged(task.image[top : top + 5], 2) for top in range(0, height, 5))
    yield EngineResult(StreamedImage(2 * height, 2 * width, task.image.shape[2], strips))


def with_own_mask(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    mask = np.zeros(task.mask.shape, np.float32)
    mask[:, :24] = 0.5
    result = task.image.copy()
    result[..., :3] = 0.25
    yield EngineResult(result, mask=mask)


def test_an_engines_own_mask_is_the_one_that_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Desk(tmp_path).simple(operation=Operation.RESTYLE, intent=Intent.NONE)
    result: WorkResult = only(list(work_with(monkeypatch, with_own_mask, order)), WorkResult)
    (patch,) = result.variation.layers[0].patches
    assert patch.mask is not None
    mask = samples_of(result, patch.mask)[..., 0]
    np.testing.assert_array_equal(mask[:, :24], 128)
    assert not mask[:, 24:].any()
    assert result.variation.thumbnail is not None
    small = samples_of(result, result.variation.thumbnail)
    before = samples_of(result, patch.pixels)
    assert (before[:, :24, :3] == 64).all()
    assert (small[:, 24:, :3] != 64).any()
    assert "seam_score" in result.variation.metrics


def test_a_cut_out_is_seen_by_itself_and_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    format = PixelFormat(Depth.U8, Layout.RGB)
    desk = Desk(tmp_path, format, size=Size(90, 80))
    desk.add_image(region=Rect(20, 10, 48, 40))
    order = desk.order(
        operation=Operation.CUT_OUT,
        intent=Intent.NONE,
        alpha=AlphaMode.CUT_OUT,
        placement=Placement.NEW_DOCUMENT,
    )
    result: WorkResult = only(list(work_with(monkeypatch, with_own_mask, order)), WorkResult)
    (layer,) = result.variation.layers
    assert (layer.region, layer.placement) == (Rect(0, 0, 90, 80), Placement.NEW_DOCUMENT)
    assert [patch.region for patch in layer.patches] == [Rect(20, 10, 48, 40)]
    assert result.variation.thumbnail is not None
    assert result.variation.thumbnail.format == THUMBNAIL_FORMAT
    small = samples_of(result, result.variation.thumbnail)
    assert (small[:, :24, 3] == 128).all()
    assert not small[:, 24:, 3].any()


@pytest.mark.parametrize("depth", list(Depth))
def test_strips_become_the_picture_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: Depth
) -> None:
    desk = Desk(tmp_path, PixelFormat(depth, Layout.BGRA))
    before = desk.add_image()
    order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0)
    events = list(work_with(monkeypatch, streamed, order))
    result: WorkResult = only(events, WorkResult)
    (layer,) = result.variation.layers
    assert (layer.scale, layer.region) == (2.0, Rect(0, 0, 48, 40))
    made = samples_of(result, layer.patches[0].pixels)
    np.testing.assert_array_equal(made, enlarged(before, 2))
    assert result.variation.thumbnail is not None
    assert result.variation.thumbnail.size == Size(96, 80)
    assert result.variation.metrics["clipped_fraction"] == 0.0
    assert isinstance(events[-1], WorkFinished)


def test_detail_for_the_same_size_goes_back_in_strips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, PixelFormat(Depth.F32, Layout.RGBA))
    before = desk.add_image()
    desk.add_mask(disc(desk.size, 9))
    order = desk.order(
        operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0, placement=Placement.ABOVE
    )
    result: WorkResult = only(list(work_with(monkeypatch, streamed, order)), WorkResult)
    (patch,) = result.variation.layers[0].patches
    made = samples_of(result, patch.pixels)
    wanted = resize(enlarged(before, 2), desk.size)
    wanted[..., 3] = before[..., 3]
    np.testing.assert_allclose(made, wanted, atol=2e-5)
    assert patch.mask is not None
    assert "seam_score" in result.variation.metrics


def test_strips_of_a_crops_own_size_are_a_picture_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        height, width, channels = task.image.shape
        strips = (task.image[row : row + 1].copy() for row in range(height))
        yield EngineResult(StreamedImage(height, width, channels, strips))

    desk = Desk(tmp_path)
    order = desk.simple()
    result: WorkResult = only(list(work_with(monkeypatch, same, order)), WorkResult)
    (patch,) = result.variation.layers[0].patches
    assert patch.mask is not None
    assert result.variation.metrics["seam_score"] == pytest.approx(1.0, abs=0.2)


def test_the_work_on_strips_is_the_engines_and_is_seen_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("velatura_backend.executors.worker.order_state._PROGRESS_SECONDS", 0.0)
    desk = Desk(tmp_path)
    desk.add_image()
    order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0)
    events = list(work_with(monkeypatch, streamed, order))
    told = [e.fraction for e in all_of(events, WorkProgress) if e.phase is Phase.STEPPING]
    assert len(told) >= 8
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_cancel_between_strips_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = array("q", [0])
    made: list[int] = []

    def cancelling(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        def strips() -> Iterator[FloatImage]:
            for row in range(task.image.shape[0]):
                made.append(row)
                flag[0] = 1 if row == 3 else 0
                yield enlarged(task.image[row : row + 1], 2)

        height, width, channels = task.image.shape
        yield EngineResult(StreamedImage(2 * height, 2 * width, channels, strips()))

    desk = Desk(tmp_path)
    desk.add_image()
    order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0)
    events = list(work_with(monkeypatch, cancelling, order, flag))
    assert events[-1] == WorkCancelled(Phase.STEPPING)
    assert made == [0, 1, 2, 3]
    assert not list(desk.output.iterdir())


@pytest.mark.parametrize("rows", [39, 41])
def test_strips_that_are_not_the_picture_fail_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    def wrong(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        strips = (enlarged(task.image[:1], 2) for _ in range(rows))
        yield EngineResult(StreamedImage(80, 96, 4, strips))

    desk = Desk(tmp_path)
    desk.add_image()
    order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0)
    events = list(work_with(monkeypatch, wrong, order))
    assert isinstance(events[-1], WorkFailed)
    assert not list(desk.output.iterdir())


@pytest.mark.parametrize("where", [Placement.NEW_DOCUMENT, Placement.ABOVE])
def test_a_large_picture_is_never_whole_in_float(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: Placement
) -> None:
    """Two megapixels enlarged by four: 32 MB of input with its mask and as much result where it
    goes back, beside 512 MB that the strips have together."""

    def fourfold(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        height, width, channels = task.image.shape
        strips = (enlarged(task.image[top : top + 16], 4) for top in range(0, height, 16))
        yield EngineResult(StreamedImage(4 * height, 4 * width, channels, strips))

    desk = Desk(tmp_path, size=Size(2000, 1000))
    desk.add_image()
    order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=4.0, placement=where)
    tracemalloc.start()
    try:
        events = list(work_with(monkeypatch, fourfold, order))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(events[-1], WorkFinished)
    assert peak < 160e6


def with_notices(task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
    short = EngineNotice("stepped_down", "tiled")
    yield EngineResult(task.image, notices=(short, EngineNotice("weights_ignored"), short))


def test_what_the_engine_has_to_say_goes_with_the_variation_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Desk(tmp_path).simple()
    result: WorkResult = only(list(work_with(monkeypatch, with_notices, order)), WorkResult)
    assert result.variation.remarks == (Remark("stepped_down", "tiled"), Remark("weights_ignored"))
