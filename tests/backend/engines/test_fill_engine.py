from __future__ import annotations

import itertools
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.contracts.engine import (
    SERIAL,
    EngineContract,
    RecordingContext,
    fresh_token,
    hole_in,
    picture,
    result_of,
)
from velatura_backend.engines.base import EnginePreview, EngineTask
from velatura_backend.engines.builtin.fill import FillEngine, settings_of, surroundings
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_protocol.errors import Cancelled, NoSource
from velatura_protocol.tasks import Intent, Operation

pytestmark = pytest.mark.usefixtures("warm")

GOLDEN = Path(__file__).with_name("golden") / "stripes.png"


class TestFillKeepsTheContract(EngineContract):
    engine_id = "builtin_fill"
    slow_side = 900


def make_task(image, mask, seed=0, intent=Intent.REMOVE, **masks) -> EngineTask:
    return EngineTask(Operation.FILL, intent, image, mask, seed, masks=masks)


def run(task: EngineTask, **context):
    return list(FillEngine().run(task, RecordingContext(**context)))


def filled(task: EngineTask, **context):
    return result_of(run(task, previews=False, **context)).image


def wires_in(height: int, width: int):
    mask = np.zeros((height, width), np.float32)
    for offset in range(10, height - 4, 24):
        mask[offset : offset + 3] = 1.0
    return mask


def test_stripes_are_continued_through_the_hole():
    image = picture(96, 96, 4)
    mask = hole_in(96, 96)
    result = filled(make_task(image, mask))
    error = (result - image)[mask > 0]
    assert float(np.sqrt((error**2).mean())) < 0.06


def test_pixels_outside_the_mask_are_the_inputs():
    image = picture(64, 64, 4)
    mask = hole_in(64, 64)
    result = filled(make_task(image, mask))
    assert np.array_equal(result[mask == 0], image[mask == 0])


def test_a_soft_mask_is_a_hole_wherever_it_is_not_zero():
    image = picture(64, 64, 4)
    image[20:40, 20:40] = (1.0, 0.0, 1.0, 1.0)
    mask = np.zeros((64, 64), np.float32)
    mask[18:42, 18:42] = 0.004
    result = filled(make_task(image, mask))
    magenta = (result[..., 1] < 0.05) & (result[..., 0] > 0.9)
    assert not magenta.any()


def test_excluded_places_are_never_copied():
    image = picture(96, 96, 4)
    image[:, 60:] = (1.0, 0.0, 0.0, 1.0)
    exclude = np.zeros((96, 96), np.float32)
    exclude[:, 60:] = 1.0
    mask = np.zeros((96, 96), np.float32)
    mask[30:60, 30:58] = 1.0
    result = filled(make_task(image, mask, exclude=exclude))
    assert result[..., 0][mask > 0].max() < 0.9
    assert result[..., 1][mask > 0].min() > 0.05


def test_everything_excluded_is_no_source():
    image = picture(32, 32, 4)
    with pytest.raises(NoSource):
        run(make_task(image, hole_in(32, 32), exclude=np.ones((32, 32), np.float32)))


def test_full_mask_is_no_source():
    with pytest.raises(NoSource):
        run(make_task(picture(32, 32, 4), np.ones((32, 32), np.float32)))


def test_empty_mask_gives_the_input_back():
    image = picture(16, 16, 4)
    assert np.array_equal(filled(make_task(image, np.zeros((16, 16), np.float32))), image)


def test_seeds_are_variations():
    image = picture(96, 96, 4, seed=1)
    image[..., :3] += np.random.default_rng(2).normal(0, 0.2, (96, 96, 3)).astype(np.float32)
    first, second = (filled(make_task(image, hole_in(96, 96), seed)) for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_a_preview_per_level_coarse_to_fine():
    image = picture(128, 128, 4)
    task = make_task(image, hole_in(128, 128))
    previews = [event.image for event in run(task) if isinstance(event, EnginePreview)]
    assert len(previews) >= 2
    outside = task.mask == 0
    for preview in previews:
        assert np.array_equal(preview[outside], image[outside])


def test_the_first_preview_of_a_large_crop_is_coarse():
    image = np.tile(picture(128, 128, 4), (9, 9, 1))
    mask = np.zeros(image.shape[:2], np.float32)
    mask[300:700, 400:800] = 1.0
    events = FillEngine().run(make_task(image, mask), RecordingContext())
    first = next(event for event in events if isinstance(event, EnginePreview))
    assert first.image.shape[0] * first.image.shape[1] <= 110_000
    step = round(image.shape[0] / first.image.shape[0])
    outside = mask[::step, ::step] == 0.0
    assert np.array_equal(first.image[outside], image[::step, ::step][outside])
    assert not np.array_equal(first.image[~outside], image[::step, ::step][~outside])


def test_transparent_surroundings_are_no_fill_but_may_continue_in_a_removal():
    image = picture(64, 64, 4)
    image[:, 32:, 3] = 0.0
    mask = np.zeros((64, 64), np.float32)
    mask[20:40, 40:60] = 1.0
    hole = mask > 0
    whole = (slice(None), slice(None))
    with Lanes(1, fresh_token()) as lanes:
        task = make_task(image, mask, intent=Intent.FILL)
        known, source = surroundings(task, hole, whole, lanes)
    assert np.array_equal(known, image[..., 3] > 0)
    assert np.array_equal(known, source)
    assert filled(make_task(image, mask, intent=Intent.FILL))[..., 3][hole].min() > 0.9
    assert filled(make_task(image, mask, intent=Intent.REMOVE))[..., 3][hole].max() < 0.1


def test_colour_under_transparency_does_not_bleed():
    """Premultiplied inside: the green under alpha 0 must not show."""
    image = picture(64, 64, 4)
    image[:, 40:] = (0.0, 50.0, 0.0, 0.0)
    mask = np.zeros((64, 64), np.float32)
    mask[20:44, 30:50] = 1.0
    result = filled(make_task(image, mask))
    shown = result[mask > 0]
    assert (shown[:, :3] * shown[:, 3:]).max() < 2.0


def test_highlights_survive_unclipped():
    image = picture(96, 96, 4)
    image[..., :3] *= 40.0
    result = filled(make_task(image, hole_in(96, 96)))
    inside = result[hole_in(96, 96) > 0][:, 0]
    assert inside.max() > 10.0
    assert inside.max() < 100.0


def test_non_finite_pixels_are_not_copied():
    image = picture(48, 48, 4)
    image[2, 3, 0] = np.nan
    image[40, 3, 1] = np.inf
    mask = hole_in(48, 48)
    assert np.isfinite(filled(make_task(image, mask))[mask > 0]).all()


def test_far_apart_islands_are_filled_one_by_one():
    image = picture(80, 700, 4)
    mask = np.zeros((80, 700), np.float32)
    mask[30:50, 20:40] = 1.0
    mask[30:50, 640:660] = 1.0
    events = run(make_task(image, mask), previews=False)
    assert result_of(events).metrics["places"] == 2
    error = (result_of(events).image - image)[mask > 0]
    assert float(np.sqrt((error**2).mean())) < 0.1


def test_wires_across_the_picture_are_filled_in_tiles():
    image = picture(400, 700, 4)
    mask = wires_in(400, 700)
    result = result_of(run(make_task(image, mask), previews=False))
    assert result.metrics["places"] > 1
    error = (result.image - image)[mask > 0]
    assert float(np.sqrt((error**2).mean())) < 0.08


@pytest.mark.parametrize("thin", [False, True])
def test_threads_do_not_matter_for_a_problem_with_many_stripes(thin):
    image = picture(160, 160, 4)
    image[..., :3] += np.random.default_rng(0).normal(0, 0.2, (160, 160, 3)).astype(np.float32)
    task = make_task(image, wires_in(160, 160) if thin else hole_in(160, 160), 5)
    one, two, three = (filled(task, threads=threads) for threads in (1, 2, 3))
    assert np.array_equal(one, two)
    assert np.array_equal(one, three)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    channels=st.sampled_from([2, 4]),
    kind=st.sampled_from(["noise", "border", "one", "most", "half"]),
    seed=st.integers(-(2**40), 2**40),
    scale=st.sampled_from([1.0, 1000.0]),
)
def test_any_size_and_mask_is_filled_or_has_no_source(height, width, channels, kind, seed, scale):
    generator = np.random.default_rng(abs(seed))
    image = generator.random((height, width, channels), dtype=np.float32)
    image[..., :-1] *= scale
    mask = _mask_of(kind, generator, height, width)
    task = make_task(image, mask, seed)
    if (mask > 0).all():
        with pytest.raises(NoSource):
            run(task)
        return
    result = filled(task)
    assert np.isfinite(result).all()
    assert np.array_equal(result[mask == 0], image[mask == 0])
    assert result[..., -1].min() >= 0.0
    assert result[..., -1].max() <= 1.0


def _mask_of(kind, generator, height, width):
    mask = np.zeros((height, width), np.float32)
    if kind == "noise":
        return (generator.random((height, width)) > 0.7).astype(np.float32)
    if kind == "border":
        mask[0], mask[:, -1] = 1.0, 0.5
    elif kind == "one":
        mask[height // 2, width // 2] = 1.0
    elif kind == "most":
        mask[:] = 1.0
        mask[0, 0] = 0.0
    else:
        mask[:, : max(1, width // 2)] = 1e-3
    return mask


@pytest.mark.parametrize("thin", [False, True])
def test_cancel_stops_it_wherever_it_is(thin, monkeypatch):
    """The flag is set before the n-th launch of a kernel, for n over the whole run."""
    image = picture(120, 120, 4)
    task = make_task(image, wires_in(120, 120) if thin else hole_in(120, 120))
    launches = _counted_launches(task, monkeypatch)
    for position in range(0, launches, max(1, launches // 25)):
        context = RecordingContext(previews=False)
        countdown = itertools.count()

        def launch(self, kernel, pieces, *arguments, at=position, context=context, n=countdown):
            if next(n) == at:
                context.cancel.flag[0] = SERIAL
            _ORIGINAL_RUN(self, kernel, pieces, *arguments)

        monkeypatch.setattr(Lanes, "run", launch)
        with pytest.raises(Cancelled):
            list(FillEngine().run(task, context))


_ORIGINAL_RUN = Lanes.run


def _counted_launches(task, monkeypatch) -> int:
    counter = itertools.count()

    def counted(self, kernel, pieces, *arguments):
        next(counter)
        _ORIGINAL_RUN(self, kernel, pieces, *arguments)

    monkeypatch.setattr(Lanes, "run", counted)
    run(task, previews=False)
    return next(counter)


def test_an_abandoned_run_leaves_no_thread_behind():
    before = threading.active_count()
    events = FillEngine().run(
        make_task(picture(96, 96, 4), hole_in(96, 96)), RecordingContext(threads=3)
    )
    assert isinstance(events, Generator)
    next(events)
    events.close()
    assert threading.active_count() == before


def test_parameters_change_the_result():
    image = picture(96, 96, 4)
    image[..., :3] += np.random.default_rng(0).normal(0, 0.1, (96, 96, 3)).astype(np.float32)
    task = make_task(image, hole_in(96, 96))
    standard = filled(task)
    for name, value in (("locality", 1.0), ("texture", 0.0), ("blend", 0.0)):
        assert not np.array_equal(filled(replace(task, parameters={name: value})), standard)


def test_what_continues_a_picture_comes_from_nearby():
    """A picture that gets brighter to the right, extended there: nothing of its left side."""
    height, width = 64, 256
    generator = np.random.default_rng(1)
    ramp = np.linspace(0.2, 0.8, width, dtype=np.float32)
    grain = generator.normal(0.0, 0.05, (height, width)).astype(np.float32)
    image = np.ones((height, width + 40, 4), np.float32)
    image[:, :width, :3] = (ramp + grain)[..., None]
    mask = np.zeros((height, width + 40), np.float32)
    mask[:, width:] = 1.0
    expand, fill = (make_task(image, mask, intent=each) for each in (Intent.EXPAND, Intent.FILL))
    assert float(filled(expand)[:, width:, 0].mean()) > 0.7
    assert settings_of(expand).locality > settings_of(fill).locality


def test_only_what_fills_a_hole_is_as_rough_as_its_surroundings():
    """What was behind a thing that is taken away is plainer as a rule."""
    image, mask = picture(32, 32, 4), hole_in(32, 32)
    rough = {each: settings_of(make_task(image, mask, intent=each)).as_rough for each in Intent}
    assert [each for each in rough if rough[each]] == [Intent.FILL]


def test_result_looks_as_it_did():
    """A golden picture, to be looked at when the engine's version changes; regenerate it with
    ``python -m tests.backend.engines.make_golden``. The tolerance allows for other compilers."""
    expected = np.asarray(Image.open(GOLDEN), np.float32) / 255.0
    result = filled(golden_task())[..., :3]
    assert float(np.abs(result - expected).mean()) < 0.01


def golden_task() -> EngineTask:
    image = picture(96, 128, 4, seed=9)
    mask = np.zeros((96, 128), np.float32)
    mask[30:66, 44:90] = 1.0
    mask[10:12, :] = 1.0
    return make_task(image, mask, seed=4)
