"""Vary, tile and retarget: what they promise whatever the picture is."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.contracts.engine import (
    SERIAL,
    EngineContract,
    RecordingContext,
    hole_in,
    picture,
    result_of,
)
from velatura_backend.engines import registry
from velatura_backend.engines.base import EnginePreview, EngineResult, EngineTask
from velatura_backend.engines.builtin.vary.retarget import RetargetEngine
from velatura_backend.engines.builtin.vary.tile import TileEngine
from velatura_backend.engines.builtin.vary.vary import VaryEngine
from velatura_backend.engines.builtin.vary.wrap import wrap_seam
from velatura_protocol.errors import Cancelled, NoSource
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation

pytestmark = pytest.mark.usefixtures("warm")

GOLDEN = Path(__file__).with_name("golden")
ENGINES = {
    Operation.VARY: VaryEngine,
    Operation.TILE: TileEngine,
    Operation.RETARGET: RetargetEngine,
}
OPERATIONS = tuple(ENGINES)


class TestVaryKeepsTheContract(EngineContract):
    engine_id = "builtin_vary"
    slow_side = 500

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        """A picture whose borders do not fit: the contract wants something to do."""
        task = super().make_task(height, width, channels)
        return replace(task, image=spots(height, width, channels))


class TestTileKeepsTheContract(EngineContract):
    engine_id = "builtin_tile"
    slow_side = 900

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        task = super().make_task(height, width, channels)
        return replace(task, image=spots(height, width, channels))


class TestRetargetKeepsTheContract(EngineContract):
    engine_id = "builtin_retarget"

    def test_cancel_while_it_works_stops_it_soon(self):
        """Without a target there is nothing to do; see the test with one."""


def spots(height: int, width: int, channels: int = 4, seed: int = 0):
    """A texture of soft spots, opaque."""
    random = np.random.default_rng(seed)
    coarse = random.random((height // 5 + 2, width // 5 + 2, channels))
    image = coarse.repeat(5, 0).repeat(5, 1)[:height, :width].astype(np.float32)
    image += random.normal(0, 0.02, image.shape).astype(np.float32)
    image[..., -1] = 1.0
    return image


def make_task(
    operation: Operation,
    image,
    mask=None,
    seed: int = 1,
    strength: float = 1.0,
    target: tuple[int, int] | None = None,
    parameters: dict[str, ParameterValue] | None = None,
    **masks,
) -> EngineTask:
    mask = np.ones(image.shape[:2], np.float32) if mask is None else mask
    if operation is Operation.RETARGET and target is None:
        target = (image.shape[0], max(1, image.shape[1] * 3 // 2))
    return EngineTask(
        operation,
        Intent.NONE,
        image,
        mask,
        seed,
        masks=masks,
        parameters=parameters or {},
        strength=strength,
        target=target,
    )


def events_of(task: EngineTask, **context):
    return list(ENGINES[task.operation]().run(task, RecordingContext(**context)))


def made(task: EngineTask, **context) -> EngineResult:
    return result_of(events_of(task, previews=False, **context))


def size_wanted(task: EngineTask) -> tuple[int, int]:
    return task.target or (task.image.shape[0], task.image.shape[1])


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(OPERATIONS),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([2, 4]),
    st.integers(1, 50),
    st.integers(1, 50),
    st.integers(0, 3),
)
@example(Operation.TILE, 5, 25, 2, 1, 1, 3)  # light made even on top of 1e30
def test_any_picture_gives_a_finite_one_of_the_size_that_was_asked_for(
    operation, height, width, channels, tall, wide, seed
):
    random = np.random.default_rng(seed)
    image = random.normal(0.5, 3.0, (height, width, channels)).astype(np.float32)
    image[..., -1] = np.clip(image[..., -1], 0.0, 1.0) if seed else 0.0
    image[random.random((height, width)) < 0.1, 0] = (np.nan, np.inf, -np.inf, 1e30)[seed]
    target = (tall, wide) if operation is Operation.RETARGET else None
    task = make_task(operation, image, target=target, seed=seed)
    result = made(task).image
    assert result.shape == (*size_wanted(task), channels)
    assert result.dtype == np.float32
    assert result[..., -1].min() >= 0.0
    assert result[..., -1].max() <= 1.0
    if makes_all_anew(task):
        assert np.isfinite(result).all()


def makes_all_anew(task: EngineTask) -> bool:
    """Rather than give the picture back, or leave what is invisible as it was."""
    if task.operation is Operation.TILE:
        return max(size_wanted(task)) >= 24
    return task.operation is Operation.RETARGET and size_wanted(task) != task.image.shape[:2]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_is_what_the_operation_gets_by_itself(operation):
    assert isinstance(registry.create(registry.best(operation).id), ENGINES[operation])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_threads_do_not_matter_where_there_are_many_stripes(operation):
    task = make_task(operation, spots(120, 110))
    one, three = (made(task, threads=threads).image for threads in (1, 3))
    assert np.array_equal(one, three)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_seeds_are_variations(operation):
    first, second = (made(make_task(operation, spots(90, 80), seed=seed)).image for seed in (1, 2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_previews_have_the_results_size(operation):
    task = make_task(operation, spots(130, 130))
    previews = [event.image for event in events_of(task) if isinstance(event, EnginePreview)]
    assert previews
    assert {each.shape for each in previews} == {(*size_wanted(task), 4)}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_highlights_survive_unclipped(operation):
    image = spots(90, 90)
    image[..., :3] *= 40.0
    brightest = made(make_task(operation, image)).image[..., :3].max()
    assert 20.0 < brightest < 60.0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_non_finite_pixels_are_not_copied(operation):
    image = spots(90, 90)
    image[5:9, 40:44, 1] = np.nan
    image[80, 3, 0] = np.inf
    assert np.isfinite(made(make_task(operation, image)).image).all()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_cancel_stops_it_between_levels(operation):
    context = RecordingContext(threads=2)
    events = ENGINES[operation]().run(make_task(operation, spots(160, 160)), context)
    next(events)
    context.cancel.flag[0] = SERIAL
    with pytest.raises(Cancelled):
        list(events)


def golden_task(operation: Operation) -> EngineTask:
    image = spots(48, 48, seed=5)
    image[12:20, :, :3] = (0.1, 0.2, 0.6)  # a stripe to continue
    return make_task(operation, image, target=(48, 64) if operation is Operation.RETARGET else None)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_golden(operation):
    with Image.open(GOLDEN / f"{operation.value}.png") as file:
        expected = np.asarray(file.convert("RGB")).astype(np.float32) / 255.0
    result = np.clip(made(golden_task(operation)).image[..., :3], 0.0, 1.0)
    assert result.shape == expected.shape
    # Another processor may add up in another order, and a search may then end elsewhere here and
    # there; what it may not do is look different.
    assert np.mean(np.abs(blocks(result) - blocks(expected))) < 0.03


def blocks(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return image.reshape(height // 4, 4, width // 4, 4, 3).mean(axis=(1, 3))


# -- vary ------------------------------------------------------------------------------------------


def test_what_is_protected_or_not_under_the_mask_stays_to_the_last_bit():
    image, mask = spots(96, 96), hole_in(96, 96)
    protect = np.zeros((96, 96), np.float32)
    protect[40:50, 40:50] = 1.0
    for event in events_of(make_task(Operation.VARY, image, mask, protect=protect)):
        if isinstance(event, EngineResult | EnginePreview):
            stays = (mask == 0.0) | (protect > 0.0)
            assert np.array_equal(event.image[stays], image[stays])
    changed = np.abs(event.image - image).max(axis=2) > 0.05
    assert changed[(mask > 0.0) & (protect == 0.0)].mean() > 0.3


def test_strength_is_how_much_changes():
    image = spots(120, 120)
    some, all_ = (
        made(make_task(Operation.VARY, image, strength=strength)).image for strength in (0.0, 1.0)
    )
    assert np.array_equal(some, image)
    assert np.mean(np.abs(all_ - image).max(axis=2) > 0.05) > 0.5


def test_what_is_excluded_is_never_copied():
    image = spots(96, 96)
    image[:, 60:, :3] = (5.0, 0.0, 0.0)
    exclude = np.zeros((96, 96), np.float32)
    exclude[:, 56:] = 1.0
    mask = np.zeros((96, 96), np.float32)
    mask[:, :40] = 1.0
    result = made(make_task(Operation.VARY, image, mask, exclude=exclude)).image
    assert result[:, :40, 0].max() < 2.0


def test_nothing_to_copy_is_no_source():
    task = make_task(Operation.VARY, spots(40, 40), exclude=np.ones((40, 40), np.float32))
    with pytest.raises(NoSource):
        events_of(task)


def leaf():
    """A texture in a shape, and under its transparency a colour that must not show."""
    image = spots(96, 96)
    ys, xs = np.mgrid[0:96, 0:96]
    image[..., 3] = np.clip((40.0 - np.hypot(ys - 48, xs - 48)) / 4.0, 0.0, 1.0)
    image[image[..., 3] == 0.0, :3] = (0.0, 50.0, 0.0)
    return image


def test_a_compact_layer_keeps_its_outline_and_hidden_colour_stays_hidden():
    image = leaf()
    result = made(make_task(Operation.VARY, image)).image
    assert np.array_equal(result[..., 3], image[..., 3])
    assert result[image[..., 3] > 0.0][:, 1].max() < 2.0


def test_scattered_strokes_move():
    image = np.zeros((96, 96, 4), np.float32)
    image[8::16, 4:60] = image[9::16, 4:60] = (0.2, 0.4, 0.9, 1.0)
    kept = made(make_task(Operation.VARY, image, parameters={"outline": "keep"})).image
    moved = made(make_task(Operation.VARY, image)).image
    assert np.array_equal(kept[..., 3], image[..., 3])
    assert not np.array_equal(moved[..., 3], image[..., 3])
    assert moved[..., 3].max() > 0.9


def test_an_invisible_picture_is_given_back():
    image = spots(30, 30)
    image[..., 3] = 0.0
    result = made(make_task(Operation.VARY, image, parameters={"outline": "keep"})).image
    assert np.array_equal(result, image)


# -- tile ------------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(40, 90),
    st.integers(40, 90),
    st.integers(0, 99),
    st.sampled_from(["x", "y", "both"]),
)
def test_the_borders_of_a_tile_meet(height, width, seed, direction):
    image = spots(height, width, seed=seed)
    ramp = np.linspace(0.0, 1.0, width, dtype=np.float32) + np.linspace(0, 1, height)[:, None]
    image[..., :3] = 0.3 * image[..., :3] + 0.5 * ramp[..., None]
    result = made(make_task(Operation.TILE, image, parameters={"direction": direction}))
    rows, columns = direction in ("y", "both"), direction in ("x", "both")
    before = wrap_seam(image, rows=rows, columns=columns)
    after = wrap_seam(result.image, rows=rows, columns=columns)
    assert after < max(1.5, 0.6 * before)
    assert result.metrics["wrap_seam"] == pytest.approx(after)
    assert result.metrics["wrap_seam_before"] == pytest.approx(before)


def test_what_is_not_at_the_borders_is_the_inputs():
    image = spots(100, 100)
    parameters: dict[str, ParameterValue] = {"direction": "x", "even_light": 0.0}
    result = made(make_task(Operation.TILE, image, parameters=parameters)).image
    np.testing.assert_allclose(result[:, 20:80], image[:, 20:80], atol=1e-6)
    assert not np.allclose(result[:, :5], image[:, :5], atol=1e-3)


def test_a_tile_with_transparency_has_borders_that_meet_too():
    image = leaf()
    image[..., 3] = np.roll(image[..., 3], (40, 40), axis=(0, 1))
    before = wrap_seam(image, rows=True, columns=True)
    result = made(make_task(Operation.TILE, image))
    assert result.metrics["wrap_seam"] < max(1.5, before)
    assert result.image[..., 3].min() < 0.1


def test_what_is_too_small_to_tile_is_given_back():
    image = spots(9, 11)
    assert np.array_equal(made(make_task(Operation.TILE, image)).image, image)


# -- retarget --------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [(80, 130), (80, 60), (110, 90), (50, 90), (120, 70)])
def test_protected_pixels_are_all_there_side_by_side(target):
    image = picture(80, 90, 4)
    subject = (slice(20, 45), slice(30, 52))
    image[subject] = spots(25, 22, seed=3)
    protect = np.zeros((80, 90), np.float32)
    protect[subject] = 1.0
    result = made(make_task(Operation.RETARGET, image, target=target, protect=protect))
    assert result.metrics["protected_kept"] == 1.0
    assert contains(result.image, image[subject])


def contains(image: np.ndarray, part: np.ndarray) -> bool:
    height, width = part.shape[:2]
    ys, xs = np.nonzero((image == part[0, 0]).all(axis=2))
    return any(
        np.array_equal(image[y : y + height, x : x + width], part)
        for y, x in zip(ys, xs, strict=True)
    )


def test_what_cannot_be_kept_is_said():
    protect = np.ones((60, 60), np.float32)
    result = made(make_task(Operation.RETARGET, spots(60, 60), target=(60, 40), protect=protect))
    assert result.metrics["protected_kept"] == 0.0
    assert result.image.shape == (60, 40, 4)


def test_both_sides_larger_is_an_enlargement_first():
    result = made(make_task(Operation.RETARGET, picture(60, 60, 4), target=(120, 150)))
    assert result.image.shape == (120, 150, 4)


def test_the_same_size_is_the_same_picture():
    image = spots(33, 35)
    assert np.array_equal(made(make_task(Operation.RETARGET, image, target=(33, 35))).image, image)


def test_transparency_is_carried_along():
    image = leaf()
    result = made(make_task(Operation.RETARGET, image, target=(96, 140))).image
    assert result[:, :8, 3].max() < 0.1
    assert result[..., 3].max() > 0.95
    assert (result[..., :3] * result[..., 3:]).max() < 2.0


def test_cancel_while_it_works_stops_a_retargeting_soon():
    context = RecordingContext(threads=2, previews=False)
    task = make_task(Operation.RETARGET, spots(500, 500))
    cancelled_at: list[float] = []

    def cancel() -> None:
        cancelled_at.append(time.perf_counter())
        context.cancel.flag[0] = SERIAL

    timer = threading.Timer(0.1, cancel)
    timer.start()
    events = RetargetEngine().run(task, context)
    with pytest.raises(Cancelled):
        list(events)
    assert time.perf_counter() - cancelled_at[0] < 1.0
    timer.join()
