"""What every executor promises, run against each of them with the echo engine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.backend.executors.orders import (
    Desk,
    all_of,
    disc,
    no_files_left,
    only,
    samples_of,
)
from velatura_backend.executors.base import (
    Executor,
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkPreview,
    WorkProgress,
    WorkResult,
    WorkStarted,
    WorkVariationFailed,
)
from velatura_backend.imaging.arrays import white_of
from velatura_protocol.engines import Device
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.tasks import (
    AlphaMode,
    Edge,
    EdgeKind,
    Intent,
    Operation,
    PreviewRequest,
)

ENDS = (WorkFinished, WorkFailed, WorkCancelled)

FORMATS = [
    PixelFormat(depth, layout)
    for depth, layout in (
        (Depth.U8, Layout.RGBA),
        (Depth.U8, Layout.BGRA),
        (Depth.U8, Layout.GREY),
        (Depth.U8, Layout.RGB),
        (Depth.U16, Layout.BGRA),
        (Depth.U16, Layout.GREY_ALPHA),
        (Depth.F16, Layout.RGBA),
        (Depth.F32, Layout.RGBA),
        (Depth.F32, Layout.BGR),
    )
]


async def collect(executor: Executor, order: WorkOrder) -> list[WorkEvent]:
    """Every event, after holding them against what all orders have in common."""
    events = [event async for event in executor.run(order)]
    assert isinstance(events[0], WorkStarted)
    assert len(all_of(events, WorkStarted)) == 1
    assert isinstance(events[-1], ENDS)
    assert sum(isinstance(event, ENDS) for event in events) == 1
    fractions = [e.fraction for e in all_of(events, WorkProgress) if e.fraction is not None]
    assert fractions == sorted(fractions)
    return events


def inverted(samples: NDArray[Any], format: PixelFormat) -> NDArray[Any]:
    """What the echo engine makes of them."""
    colours = format.layout.channels - int(format.layout.has_alpha)
    result = samples.copy()
    white = white_of(format.depth)
    result[..., :colours] = white - samples[..., :colours].astype(np.float64)
    return result


class ExecutorContract:
    """Subclasses give the fixture ``executor``, started."""

    async def test_a_job_from_start_to_end(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        events = await collect(executor, desk.simple(seed=7))
        result: WorkResult = only(events, WorkResult)
        assert isinstance(events[-1], WorkFinished)
        assert (result.variation.index, result.variation.seed) == (0, 7)
        assert result.variation.provenance.engine == "echo"
        assert {"seam_score", "clipped_fraction", "seconds_stepping", "peak_memory"} <= set(
            result.variation.metrics
        )
        phases = [event.phase for event in all_of(events, WorkProgress)]
        wanted = [Phase.LOADING, Phase.ENCODING, Phase.STEPPING, Phase.DECODING, Phase.DELIVERING]
        assert sorted(set(phases), key=phases.index) == wanted

    @pytest.mark.parametrize("format", FORMATS, ids=lambda f: f"{f.depth.value}-{f.layout.value}")
    async def test_depths_and_layouts(
        self, executor: Executor, tmp_path: Path, format: PixelFormat
    ) -> None:
        desk = Desk(tmp_path, format)
        samples = desk.add_image()
        mask = disc(desk.size, 9)
        desk.add_mask(mask)
        events = await collect(executor, desk.order())
        result: WorkResult = only(events, WorkResult)
        patch = result.variation.layers[0].patches[0]
        assert patch.pixels.format == format
        made = samples_of(result, patch.pixels)
        wanted = inverted(samples, format)
        if format.depth in (Depth.U8, Depth.U16):
            np.testing.assert_array_equal(made, wanted)
        else:
            np.testing.assert_allclose(made, wanted, atol=1e-3)
        assert patch.mask is not None
        np.testing.assert_array_equal(samples_of(result, patch.mask)[..., 0], mask)

    async def test_every_file_is_announced(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        result: WorkResult = only(await collect(executor, desk.simple()), WorkResult)
        assert {blob.path for blob in result.blobs} == set(desk.output.glob("*"))
        thumbnail = result.variation.thumbnail
        assert thumbnail is not None
        assert thumbnail.format == PixelFormat(Depth.U8, Layout.RGBA)
        assert max(thumbnail.size.width, thumbnail.size.height) <= 256

    async def test_a_soft_mask_is_kept(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        desk.add_image()
        soft = np.tile(np.linspace(0, 255, desk.size.width).astype(np.uint8), (desk.size.height, 1))
        desk.add_mask(soft)
        result: WorkResult = only(await collect(executor, desk.order()), WorkResult)
        mask = result.variation.layers[0].patches[0].mask
        assert mask is not None
        np.testing.assert_array_equal(samples_of(result, mask)[..., 0], soft)

    async def test_an_edge_makes_the_mask(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        desk.add_image()
        drawn = disc(desk.size, 6)
        desk.add_mask(drawn)
        order = desk.order(edge=Edge(EdgeKind.GROW, 3))
        result: WorkResult = only(await collect(executor, order), WorkResult)
        mask = result.variation.layers[0].patches[0].mask
        assert mask is not None
        made = samples_of(result, mask)[..., 0]
        assert np.count_nonzero(made) > np.count_nonzero(drawn)
        assert (made[drawn > 0] == 255).all()

    async def test_two_variations(self, executor: Executor, tmp_path: Path) -> None:
        events = await collect(executor, Desk(tmp_path).simple(seed=3, variations=2))
        results = all_of(events, WorkResult)
        assert [each.variation.seed for each in results] == [3, 4]
        assert isinstance(events[-1], WorkFinished)

    async def test_several_crops_make_one_layer(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path, size=Size(200, 100))
        regions = [Rect(0, 0, 40, 30), Rect(150, 60, 50, 40)]
        pictures = [desk.add_image(seed, region) for seed, region in enumerate(regions)]
        for region in regions:
            desk.add_mask(disc(region.size, 5), region)
        result: WorkResult = only(await collect(executor, desk.order()), WorkResult)
        (layer,) = result.variation.layers
        assert [patch.region for patch in layer.patches] == regions
        assert layer.region == Rect(0, 0, 200, 100)
        for patch, samples in zip(layer.patches, pictures, strict=True):
            made = samples_of(result, patch.pixels)
            np.testing.assert_array_equal(made, inverted(samples, desk.format))

    async def test_without_a_mask_all_of_it_shows(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        desk.add_image()
        order = desk.order(operation=Operation.RESTORE, intent=Intent.NONE)
        result: WorkResult = only(await collect(executor, order), WorkResult)
        (patch,) = result.variation.layers[0].patches
        assert patch.mask is None
        assert patch.region == Rect.of_size(desk.size)

    async def test_alpha_opaque(self, executor: Executor, tmp_path: Path) -> None:
        order = Desk(tmp_path).simple(alpha=AlphaMode.OPAQUE)
        result: WorkResult = only(await collect(executor, order), WorkResult)
        made = samples_of(result, result.variation.layers[0].patches[0].pixels)
        assert (made[..., 3] == 255).all()

    async def test_an_upscale_has_more_pixels(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        desk.add_image()
        order = desk.order(operation=Operation.UPSCALE, intent=Intent.NONE, scale=2.0)
        result: WorkResult = only(await collect(executor, order), WorkResult)
        (layer,) = result.variation.layers
        assert layer.scale == 2.0
        assert layer.patches[0].region == Rect.of_size(desk.size)
        assert layer.patches[0].pixels.size == Size(96, 80)

    async def test_previews_are_canvas_ready(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        wanted = PixelFormat(Depth.U8, Layout.BGRA)
        order = desk.simple(
            parameters={"previews": 3, "seconds": 0.1}, preview=PreviewRequest(wanted, 1000.0)
        )
        previews: list[WorkPreview] = all_of(await collect(executor, order), WorkPreview)
        assert len(previews) == 3
        assert previews[0].blob.format == wanted
        assert previews[0].blob.size == previews[0].region.size
        assert previews[0].blob.path.stat().st_size == wanted.byte_count(previews[0].region.size)

    async def test_previews_nobody_wants_are_not_made(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        order = Desk(tmp_path).simple(parameters={"previews": 3})
        assert not all_of(await collect(executor, order), WorkPreview)

    # -- failing -----------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("how", "code"),
        [
            ("no_source", ErrorCode.NO_SOURCE),
            ("out_of_memory", ErrorCode.OUT_OF_MEMORY),
            ("unexpected", ErrorCode.ENGINE_ERROR),
        ],
    )
    async def test_an_engine_that_fails(
        self, executor: Executor, tmp_path: Path, how: str, code: ErrorCode
    ) -> None:
        desk = Desk(tmp_path)
        with no_files_left(desk.output):
            events = await collect(executor, desk.simple(parameters={"fail": how}))
        failed: WorkFailed = only(events, WorkFailed)
        assert failed.error.code is code
        assert "Traceback" not in str(failed.error)

    async def test_all_variations_fail(self, executor: Executor, tmp_path: Path) -> None:
        order = Desk(tmp_path).simple(parameters={"fail": "unexpected"}, variations=2)
        events = await collect(executor, order)
        assert only(events, WorkFailed).error.params["kind"] == "RuntimeError"
        assert [each.index for each in all_of(events, WorkVariationFailed)] == [0]

    async def test_nothing_selected(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        desk.add_image()
        desk.add_mask(disc(desk.size, 0))
        failed: WorkFailed = only(await collect(executor, desk.order()), WorkFailed)
        assert failed.error.code is ErrorCode.NOTHING_SELECTED

    async def test_a_mask_of_another_size(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        desk.add_image()
        desk.add_mask(disc(Size(10, 10), 3), Rect.of_size(desk.size))
        failed: WorkFailed = only(await collect(executor, desk.order()), WorkFailed)
        assert failed.error.code is ErrorCode.MASK_MISMATCH
        assert failed.error.params["mask_width"] == 10

    async def test_no_room_for_the_result(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        order = desk.simple()
        desk.output.rmdir()
        failed: WorkFailed = only(await collect(executor, order), WorkFailed)
        assert failed.error.code is ErrorCode.ENGINE_ERROR
        desk.output.mkdir()
        assert isinstance((await collect(executor, desk.simple()))[-1], WorkFinished)

    # -- cancelling --------------------------------------------------------------------------------

    @pytest.mark.parametrize("phase", [Phase.ENCODING, Phase.STEPPING, Phase.DELIVERING])
    async def test_cancel_in_a_phase(
        self, executor: Executor, tmp_path: Path, phase: Phase
    ) -> None:
        """In the short phases the cancel may come too late; then the order is finished, and its
        successor must not feel it."""
        desk = Desk(tmp_path)
        order = desk.simple(parameters={"seconds": 5.0 if phase is Phase.STEPPING else 0.0})
        events: list[WorkEvent] = []
        async for event in executor.run(order):
            events.append(event)
            if isinstance(event, WorkProgress) and event.phase is phase:
                executor.cancel(order.job)
        assert isinstance(events[-1], (WorkCancelled, WorkFinished))
        if phase is Phase.STEPPING:
            assert events[-1] == WorkCancelled(Phase.STEPPING)
        if isinstance(events[-1], WorkCancelled):
            assert not list(desk.output.glob("*"))
        assert isinstance((await collect(executor, desk.simple()))[-1], WorkFinished)

    async def test_cancelling_another_job_changes_nothing(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        order = Desk(tmp_path).simple(parameters={"seconds": 0.05})
        executor.cancel("nobody's")
        run = executor.run(order)
        events = [await anext(run)]
        executor.cancel("nobody's")
        events += [event async for event in run]
        assert isinstance(events[-1], WorkFinished)

    async def test_a_late_cancel_does_not_hit_the_next(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        desk = Desk(tmp_path)
        first = desk.simple()
        await collect(executor, first)
        executor.cancel(first.job)
        assert isinstance((await collect(executor, desk.simple()))[-1], WorkFinished)

    async def test_leaving_early_stops_the_order(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        run = executor.run(desk.simple(parameters={"seconds": 60.0}))
        async for event in run:
            if isinstance(event, WorkProgress) and event.phase is Phase.STEPPING:
                break
        await run.aclose()  # type: ignore[attr-defined]
        assert isinstance((await collect(executor, desk.simple()))[-1], WorkFinished)

    async def test_orders_take_turns(self, executor: Executor, tmp_path: Path) -> None:
        desk = Desk(tmp_path)
        orders = [desk.simple(parameters={"seconds": 0.02}) for _ in range(3)]
        for events in await asyncio.gather(*(collect(executor, order) for order in orders)):
            assert isinstance(events[-1], WorkFinished)

    async def test_devices(self, executor: Executor, tmp_path: Path) -> None:
        order = Desk(tmp_path).simple()
        await collect(executor, order)
        (device,) = executor.devices()
        assert device.ready
        assert device.memory_total > 0
        assert executor.device_for(order.engine) is Device.CPU
