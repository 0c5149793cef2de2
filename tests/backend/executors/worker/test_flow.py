from __future__ import annotations

import pickle
from array import array
from collections.abc import Callable, Iterator
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from tests.backend.executors.orders import Desk, all_of, disc, only, picture, samples_of
from velatura_backend.engines import registry
from velatura_backend.engines.base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
)
from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.base import (
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkPreview,
    WorkProgress,
    WorkResult,
    WorkVariationFailed,
)
from velatura_backend.executors.worker.flow import Worker, token_over
from velatura_protocol.errors import ErrorCode, NoSource
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import Placement
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import Canvas, Intent, Operation, PreviewRequest, Role


class Scripted:
    """An engine whose ``n``-th run is what the test says."""

    spec = ECHO

    def __init__(self, script: Callable[[int], None]) -> None:
        self._script = script
        self.runs = 0

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        self.runs += 1
        self._script(self.runs)
        yield EngineResult(task.image.copy())


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[int], None]], Scripted]:
    def install(script: Callable[[int], None]) -> Scripted:
        engine = Scripted(script)
        monkeypatch.setattr(registry, "create", lambda _: engine)
        return engine

    return install


Install = Callable[[Callable[[int], None]], Scripted]


def work(order: WorkOrder) -> list[WorkEvent]:
    return list(Worker(threads=1).run(order, token_over(array("q", [0]), 1)))


def test_memory_is_tried_for_twice(tmp_path: Path, scripted: Install) -> None:
    def script(run: int) -> None:
        if run == 1:
            raise MemoryError

    engine = scripted(script)
    events = work(Desk(tmp_path).simple())
    assert isinstance(events[-1], WorkFinished)
    assert engine.runs == 2


def test_then_it_is_a_named_error(tmp_path: Path, scripted: Install) -> None:
    def script(run: int) -> None:
        raise MemoryError

    engine = scripted(script)
    failed: WorkFailed = only(work(Desk(tmp_path).simple()), WorkFailed)
    assert failed.error.code is ErrorCode.OUT_OF_MEMORY
    assert engine.runs == 2


def test_one_good_variation_is_enough(tmp_path: Path, scripted: Install) -> None:
    def script(run: int) -> None:
        if run in (1, 3):
            raise RuntimeError

    scripted(script)
    desk = Desk(tmp_path)
    events = work(desk.simple(variations=3))
    assert [each.index for each in all_of(events, WorkVariationFailed)] == [0, 2]
    assert only(events, WorkResult).variation.index == 1
    assert isinstance(events[-1], WorkFinished)
    assert {b.path for b in only(events, WorkResult).blobs} == set(desk.output.iterdir())


def test_what_no_seed_can_change_is_not_tried_again(tmp_path: Path, scripted: Install) -> None:
    def script(run: int) -> None:
        raise NoSource

    engine = scripted(script)
    events = work(Desk(tmp_path).simple(variations=3))
    assert only(events, WorkFailed).error.code is ErrorCode.NO_SOURCE
    assert engine.runs == 1


@pytest.mark.parametrize("phase", [Phase.ENCODING, Phase.STEPPING, Phase.DECODING])
def test_a_cancel_stops_in_its_phase_and_leaves_nothing(tmp_path: Path, phase: Phase) -> None:
    desk = Desk(tmp_path)
    flag = array("q", [0])
    events: list[WorkEvent] = []
    for event in Worker(threads=1).run(desk.simple(), token_over(flag, 5)):
        events.append(event)
        if isinstance(event, WorkProgress) and event.phase is phase:
            flag[0] = 5
    assert events[-1] == WorkCancelled(phase)
    assert not list(desk.output.iterdir())


def test_the_flag_of_another_order_is_ignored(tmp_path: Path) -> None:
    events = list(Worker(threads=1).run(Desk(tmp_path).simple(), token_over(array("q", [4]), 5)))
    assert isinstance(events[-1], WorkFinished)


@pytest.mark.parametrize("depth", [Depth.F16, Depth.F32])
def test_values_that_are_not_finite_spoil_nothing(tmp_path: Path, depth: Depth) -> None:
    format = PixelFormat(depth, Layout.RGBA)
    desk = Desk(tmp_path, format)
    samples = picture(desk.size, format)
    samples[10:30, ::5, :3] = np.nan
    samples[11, :, 1], samples[20, :, 2] = np.inf, -np.inf
    desk.add(Role.IMAGE, samples, format)
    desk.add_mask(disc(desk.size, 9) // 2)
    preview = PreviewRequest(format, per_second=1000.0)
    order = desk.order(preview=preview, parameters={"previews": 2})
    result: WorkResult = only(work(order), WorkResult)
    assert all(isfinite(value) for value in result.variation.metrics.values())
    made = samples_of(result, result.variation.layers[0].patches[0].pixels)
    kept = np.isfinite(samples)
    np.testing.assert_allclose(made[kept][:, None], _inverted(samples)[kept][:, None], atol=2e-3)


def _inverted(samples: np.ndarray) -> np.ndarray:
    return np.concatenate((1.0 - samples[..., :3], samples[..., 3:]), axis=2)


def test_an_engines_metrics_are_told_if_they_are_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Measuring:
        spec = ECHO

        def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
            metrics = {"energy": float("nan"), "ratio": float("inf"), "places": 2.0}
            yield EngineResult(task.image.copy(), metrics)

    monkeypatch.setattr(registry, "create", lambda _: Measuring())
    metrics = only(work(Desk(tmp_path).simple()), WorkResult).variation.metrics
    assert metrics["places"] == 2.0
    assert not {"energy", "ratio"} & set(metrics)


def test_nothing_that_is_told_needs_numpy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server unpickles these, and has no use for 20 MB and 100 ms of numpy."""

    class Numeric:
        spec = ECHO

        def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
            step = np.int64(1)
            yield EngineProgress(Phase.COMPOSITING, np.float64(0.5), int(step), step)  # pyright: ignore[reportArgumentType]
            yield EnginePreview(task.image.copy())
            yield EngineResult(task.image.copy(), {"energy": np.float64(0.25)})

    monkeypatch.setattr(registry, "create", lambda _: Numeric())
    desk = Desk(tmp_path)
    events = work(desk.simple(preview=PreviewRequest(desk.format, per_second=1000.0)))
    assert only(events, WorkPreview).region.width == 17
    assert only(events, WorkResult).variation.metrics["energy"] == 0.25
    assert b"numpy" not in pickle.dumps(events)


def test_what_an_expand_makes_is_told_in_the_documents_own_pixels(tmp_path: Path) -> None:
    desk = Desk(tmp_path, size=Size(58, 47))
    canvas = Canvas(desk.size, desk.format, margins=Margins(10, 7, 0, 0))
    desk.add_image(region=Rect(0, 0, 50, 47))
    mask = np.full((47, 50), 255, np.uint8)
    mask[7:, 10:] = 0
    desk.add_mask(mask, Rect(0, 0, 50, 47))
    preview = PreviewRequest(desk.format)
    order = desk.order(
        canvas=canvas, intent=Intent.EXPAND, preview=preview, parameters={"previews": 1}
    )
    events = work(order)
    (layer,) = only(events, WorkResult).variation.layers
    assert layer.placement is Placement.RESIZE_DOCUMENT
    assert layer.region == Rect(-10, -7, 58, 47)
    assert [patch.region for patch in layer.patches] == [Rect(-10, -7, 50, 47)]
    assert only(events, WorkPreview).region == Rect(-10, -7, 50, 47)


@pytest.mark.parametrize(
    ("where", "scale"), [(Placement.RESIZE_DOCUMENT, 1.5), (Placement.ABOVE, 1.0)]
)
def test_an_upscale_onto_the_canvas_has_its_pixels(
    tmp_path: Path, where: Placement, scale: float
) -> None:
    desk = Desk(tmp_path)
    desk.add_image()
    order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=1.5, placement=where)
    result = only(work(order), WorkResult)
    (layer,) = result.variation.layers
    assert (layer.placement, layer.scale) == (where, scale)
    (patch,) = layer.patches
    assert patch.region == layer.region == Rect(0, 0, 48, 40)
    assert samples_of(result, patch.pixels).shape[:2] == (40 * scale, 48 * scale)
