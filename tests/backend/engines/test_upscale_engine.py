from __future__ import annotations

import itertools
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.contracts.engine import SERIAL, EngineContract, RecordingContext, picture, result_of
from velatura_backend.engines.base import (
    EnginePreview,
    EngineResult,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from velatura_backend.engines.builtin.networks.chain import enlarged, models_for
from velatura_backend.engines.builtin.networks.models import ModelName
from velatura_backend.engines.builtin.networks.workers import NetworkWorkers
from velatura_backend.engines.builtin.upscale import UpscaleEngine
from velatura_protocol.errors import Cancelled
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Intent, Operation

GOLDEN = Path(__file__).with_name("golden") / "upscaled.png"
LEVEL = 1.0 / 255.0


class TestUpscaleKeepsTheContract(EngineContract):
    engine_id = "builtin_upscale"
    slow_side = 900

    def make_task(self, height: int, width: int, channels: int) -> EngineTask:
        return replace(super().make_task(height, width, channels), scale=2.0)

    def test_result_is_finite_float32_with_the_channels_of_the_input(self, task: EngineTask):
        image = result_of(self.run(task)).image
        height, width, channels = task.image.shape
        assert image.dtype == np.float32
        assert image.shape == (2 * height, 2 * width, channels)
        assert np.isfinite(image).all()
        assert image[..., -1].min() == 1.0


def make_task(image: FloatImage, scale: float, **parameters) -> EngineTask:
    mask = np.ones(image.shape[:2], np.float32)
    return EngineTask(
        Operation.UPSCALE, Intent.NONE, image, mask, 0, scale=scale, parameters=parameters
    )


def upscaled(image: FloatImage, scale: float, threads: int = 1, **parameters) -> FloatImage:
    events = UpscaleEngine().run(make_task(image, scale, **parameters), RecordingContext(threads))
    result = result_of(list(events)).image
    assert isinstance(result, np.ndarray)
    return result


def drawing() -> FloatImage:
    """A dark disc with a light bar, antialiased."""
    ys, xs = np.mgrid[0:48, 0:64].astype(np.float32)
    disc = np.clip(18.5 - np.hypot(xs - 30.0, ys - 24.0), 0.0, 1.0)
    bar = np.clip(2.5 - np.abs(0.4 * (xs - 32.0) + ys - 24.0), 0.0, 1.0)
    shade = 0.9 - 0.7 * disc + 0.6 * bar * disc
    colours = np.dstack([shade, 0.8 * shade + 0.1, 0.5 * shade + 0.2])
    return np.dstack([colours, np.ones_like(shade)]).astype(np.float32)


def golden_pixels() -> np.ndarray:
    colours = np.clip(upscaled(drawing(), 2.0)[..., :3], 0.0, 1.0)
    return (colours * 255.0 + 0.5).astype(np.uint8)


def reduced(image: FloatImage, size: Size) -> np.ndarray:
    pixels = (np.clip(image[..., :3], 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    small = Image.fromarray(pixels).resize((size.width, size.height), Image.Resampling.BICUBIC)
    return np.asarray(small, np.float32) / 255.0


def test_it_looks_as_it_did():
    golden = np.asarray(Image.open(GOLDEN)).astype(int)
    assert np.abs(golden_pixels().astype(int) - golden).max() <= 2


@pytest.mark.parametrize("scale", [1.1, 1.5, 2.0, 2.7, 4.0, 5.3, 8.0])
def test_any_factor_gives_that_size(scale):
    result = upscaled(picture(20, 31, 4), scale)
    assert result.shape == (round(20 * scale), round(31 * scale), 4)
    assert np.isfinite(result).all()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (1, 40), (2, 1)])
def test_tiny_pictures(height, width):
    image = np.full((height, width, 4), 0.25, np.float32)
    result = upscaled(image, 2.0)
    assert result.shape == (2 * height, 2 * width, 4)
    assert np.abs(result[..., :3] - 0.25).max() < 0.02


def test_networks_are_chained_until_they_reach():
    assert models_for(1.1) == models_for(2.0) == (ModelName.FAST_2,)
    for factor in (2.1, 4.0, 4.1, 8.0):
        reach = np.prod([2 if name is ModelName.FAST_2 else 4 for name in models_for(factor)])
        assert factor <= reach < 2 * factor


def test_a_scale_that_does_not_enlarge_resamples():
    assert upscaled(picture(20, 30, 4), 0.5).shape == (10, 15, 4)
    same = picture(20, 30, 4)
    assert np.array_equal(upscaled(same, 1.0), same)


def test_edges_are_sharper_than_a_resample_and_ring_no_more():
    """An antialiased drawing, which no bicubic made."""
    image = drawing()
    result = upscaled(image, 2.0)[..., 0]
    pixels = Image.fromarray(np.ascontiguousarray(image[..., 0]))
    plain = np.asarray(pixels.resize((128, 96), Image.Resampling.LANCZOS))
    assert np.abs(np.diff(result, axis=1)).max() > 1.1 * np.abs(np.diff(plain, axis=1)).max()
    assert result.min() > plain.min() - 4 * LEVEL
    assert result.max() < plain.max() + 4 * LEVEL
    paper = np.hypot(*np.mgrid[-47.5:48.5, -63.5:64.5]) > 46.0
    assert np.ptp(result[paper]) < 2 * LEVEL


def test_reduced_again_it_is_the_picture_it_was_made_from():
    small = reduced(drawing(), Size(32, 24))
    image = np.dstack([small, np.ones((24, 32), np.float32)])
    difference = np.abs(reduced(upscaled(image, 2.0), Size(32, 24)) - image[..., :3])
    without = np.abs(
        reduced(upscaled(image, 2.0, back_projection=False), Size(32, 24)) - image[..., :3]
    )
    assert difference.max() <= 2.5 * LEVEL  # half a level each: the result's, Pillow's two passes
    assert np.mean(difference > 1.5 * LEVEL) < 0.005
    assert difference.mean() < 0.5 * without.mean()


def test_alpha_stays_whole_and_no_hidden_colour_bleeds():
    image = drawing()
    ys, xs = np.mgrid[0:48, 0:64]
    image[..., 3] = np.clip(16.0 - np.hypot(xs - 32, ys - 24), 0.0, 1.0)
    image[image[..., 3] == 0.0] = (1.0, 0.0, 1.0, 0.0)
    garish = image.copy()
    garish[garish[..., 3] == 0.0] = (0.0, 1.0, 0.0, 0.0)
    result = upscaled(image, 2.0)
    assert np.array_equal(result, upscaled(garish, 2.0))
    assert result[..., 3].min() == 0.0
    assert result[..., 3].max() == 1.0
    inner = upscaled(np.dstack([drawing()[..., :3], np.ones((48, 64))]).astype(np.float32), 2.0)
    core = result[..., 3] == 1.0
    assert np.abs(result[core] - inner[core]).max() < 0.08
    fringe = (result[..., 3] > 0.05) & ~core
    assert np.abs(result[fringe][:, :3] - inner[fringe][:, :3]).mean() < 0.03


def test_sixteen_bits_are_kept():
    """A ramp of steps finer than 8 bits can hold comes out with as many."""
    ramp = np.linspace(0.4, 0.41, 64, dtype=np.float32)
    image = np.ones((16, 64, 4), np.float32)
    image[..., :3] = ramp[None, :, None]
    row = upscaled(image, 2.0)[16, 8:-8, 1]
    assert len(np.unique(np.rint(row * 65535.0))) > 80


def test_highlights_negative_values_and_what_is_no_number():
    image = drawing()
    image[10:12, 10:14, :3] = 40.0
    image[30, 40, 0] = -0.5
    image[5, 5, 1] = np.nan
    image[6, 50, 2] = np.inf
    result = upscaled(image, 2.0)
    assert 25.0 < result[20:24, 20:28, :3].max() <= 40.001
    assert result[60:62, 80:82, 0].min() < -0.2
    assert np.isnan(result[10:12, 10:12, 1]).all()
    assert np.isinf(result[12:14, 100:102, 2]).all()
    assert np.count_nonzero(~np.isfinite(result)) == 8


def test_grey_is_what_grey_in_colour_is():
    image = drawing()
    grey = np.ascontiguousarray(image[..., [0, 3]])
    colour = np.ascontiguousarray(image[..., [0, 0, 0, 3]])
    difference = upscaled(grey, 2.0)[..., 0] - upscaled(colour, 2.0)[..., :3].mean(axis=2)
    assert np.abs(difference).max() < 1e-5


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    height=st.integers(1, 50),
    width=st.integers(1, 50),
    tile=st.integers(9, 80),
    threads=st.integers(1, 3),
    opaque=st.booleans(),
    factor=st.sampled_from([2, 4]),
)
def test_tiles_do_not_show(height, width, tile, threads, opaque, factor):
    image = picture(height, width, 4)
    if not opaque:
        image[..., 3] = np.clip(picture(height, width, 4, seed=2)[..., 0] * 3.0 - 1.0, 0.0, 1.0)
    wanted = Size(width * factor, height * factor)
    token = RecordingContext().cancel
    with NetworkWorkers(1, token) as workers:
        whole = np.concatenate(list(enlarged(image, wanted, 2, workers, tile=1000).strips))
    with NetworkWorkers(threads, token) as workers:
        tiled = np.concatenate(list(enlarged(image, wanted, 2, workers, tile=tile).strips))
    assert whole.shape == tiled.shape == (wanted.height, wanted.width, 4)
    visible = whole[..., 3:] * whole[..., :3], tiled[..., 3:] * tiled[..., :3]
    assert np.abs(visible[0] - visible[1]).max() < 1e-4
    assert np.abs(whole[..., 3] - tiled[..., 3]).max() < 1e-4


def test_a_large_result_comes_in_strips(monkeypatch):
    monkeypatch.setattr("velatura_backend.engines.builtin.upscale._WHOLE_PIXELS", 5000)
    image = picture(60, 50, 4)
    *_, last = UpscaleEngine().run(make_task(image, 3.0), RecordingContext())
    assert isinstance(last, EngineResult)
    assert isinstance(last.image, StreamedImage)


def test_previews_are_the_picture_with_what_is_finished_over_it():
    image = picture(300, 50, 4)
    events = list(UpscaleEngine().run(make_task(image, 2.0), RecordingContext()))
    first, *later = [each.image for each in events if isinstance(each, EnginePreview)]
    assert np.array_equal(first, image)
    result = events[-1].image
    halves = result.reshape(300, 2, 50, 2, 4).mean(axis=(1, 3))
    assert later
    assert np.abs(later[-1][:100] - halves[:100]).max() < 1e-5
    assert np.array_equal(later[-1][-10:], image[-10:])


@pytest.mark.parametrize("scale", [2.0, 2.9])
def test_strips_are_the_whole_result(monkeypatch, scale):
    image = picture(300, 50, 4)
    whole = upscaled(image, scale)
    monkeypatch.setattr("velatura_backend.engines.builtin.upscale._WHOLE_PIXELS", 5000)
    for event in UpscaleEngine().run(make_task(image, scale), RecordingContext(previews=False)):
        streamed = event.image
        strips = list(streamed.strips)  # while the engine waits, as the worker does
    assert (streamed.height, streamed.width, streamed.channels) == whole.shape
    assert len(strips) > 1 or scale != 2.0
    assert np.array_equal(np.concatenate(strips), whole)


def test_cancel_is_heard_within_a_tile():
    image = picture(700, 700, 4)
    cancelled_at: list[float] = []
    waits: list[float] = []

    def cancel(context: RecordingContext) -> None:
        cancelled_at.append(time.process_time())
        context.cancel.flag[0] = SERIAL

    for delay in (0.02, 0.1, 0.25):
        context = RecordingContext(threads=2, previews=False)
        timer = threading.Timer(delay, cancel, (context,))
        timer.start()
        with pytest.raises(Cancelled):
            list(UpscaleEngine().run(make_task(image, 2.0), context))
        waits.append(time.process_time() - cancelled_at[-1])
        timer.join()
    assert min(waits) < 0.25  # of two threads; by the clock, 100 ms are the benchmark's to hold


def test_threads_do_not_change_pixels_of_many_tiles():
    image = picture(300, 530, 4)
    results = [upscaled(image, 2.0, threads) for threads in (1, 2, 4)]
    for one, other in itertools.pairwise(results):
        assert np.array_equal(one, other)
