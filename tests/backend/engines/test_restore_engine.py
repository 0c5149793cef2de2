from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from tests.backend.engines.test_upscale_engine import drawing
from tests.contracts.engine import EngineContract, RecordingContext, picture, result_of
from velatura_backend.engines.base import EnginePreview, EngineProgress, EngineTask, FloatImage
from velatura_backend.engines.builtin.restore import RestoreEngine
from velatura_protocol.errors import NoSource
from velatura_protocol.tasks import Intent, Operation, Role

GOLDEN = Path(__file__).with_name("golden") / "restored.png"
NOISE = MappingProxyType({"measure": False, "denoise": 0.5})
NOTHING = MappingProxyType({"measure": False})

pytestmark = pytest.mark.usefixtures("warm")


class TestRestoreKeepsTheContract(EngineContract):
    engine_id = "builtin_restore"
    slow = MappingProxyType({"measure": False, "denoise": 0.4})
    slow_side = 1200


def make_task(image: FloatImage, parameters, scratches=None) -> EngineTask:
    mask = np.ones(image.shape[:2], np.float32)
    masks = {} if scratches is None else {Role.GUIDE: scratches}
    return EngineTask(
        Operation.RESTORE, Intent.NONE, image, mask, 0, masks=masks, parameters=parameters
    )


def restored(image: FloatImage, parameters, scratches=None, threads: int = 1) -> FloatImage:
    context = RecordingContext(threads, previews=False)
    task = make_task(image, parameters, scratches)
    result = result_of(list(RestoreEngine().run(task, context))).image
    assert isinstance(result, np.ndarray)
    return result


def noisy(image: FloatImage, deviation: float) -> FloatImage:
    result = image.copy()
    shape = image[..., :-1].shape
    result[..., :-1] += np.random.default_rng(4).normal(0.0, deviation, shape)
    return result


def rmse(image: FloatImage, truth: FloatImage) -> float:
    return float(np.sqrt(np.mean((image[..., :-1] - truth[..., :-1]) ** 2)))


def golden_pixels() -> np.ndarray:
    colours = np.clip(restored(noisy(drawing(), 0.1), NOISE)[..., :3], 0.0, 1.0)
    return (colours * 255.0 + 0.5).astype(np.uint8)


def test_it_looks_as_it_did():
    golden = np.asarray(Image.open(GOLDEN)).astype(int)
    assert np.abs(golden_pixels().astype(int) - golden).max() <= 2


@pytest.mark.parametrize("channels", [2, 4])
def test_noise_goes(channels):
    clean = np.ascontiguousarray(drawing()[..., -channels:])
    given = noisy(clean, 0.1)
    assert rmse(restored(given, NOISE), clean) < 0.4 * rmse(given, clean)


def test_noise_is_measured():
    clean = np.tile(drawing(), (2, 2, 1))
    given = noisy(clean, 0.08)
    measuring = RecordingContext(previews=False)
    result = result_of(list(RestoreEngine().run(make_task(given, {}), measuring)))
    assert 0.25 < result.metrics["noise"] < 0.6
    assert rmse(np.asarray(result.image), clean) < 0.5 * rmse(given, clean)


def test_slight_blur_goes():
    clean = drawing()
    given = ndimage.gaussian_filter(clean, (1.0, 1.0, 0.0)).astype(np.float32)
    result = restored(given, {"measure": False, "deblur": 0.5})
    assert rmse(result, clean) < 0.75 * rmse(given, clean)


def test_with_nothing_asked_for_nothing_changes():
    image = noisy(drawing(), 0.1)
    assert np.array_equal(restored(image, NOTHING), image)


def test_scratches_are_filled_and_the_rest_is_left_alone():
    clean = picture(64, 64, 4)
    scratches = np.zeros((64, 64), np.float32)
    scratches[30:33, 5:60] = 1.0
    given = clean.copy()
    given[scratches > 0.0, :3] = 1.0
    result = restored(given, NOTHING, scratches)
    inside = scratches > 0.0
    assert rmse(result[inside], clean[inside]) < 0.3 * rmse(given[inside], clean[inside])
    assert np.array_equal(result[~inside], given[~inside])


def test_nothing_but_scratches_is_no_source():
    image = picture(20, 20, 4)
    with pytest.raises(NoSource):
        restored(image, NOTHING, np.ones((20, 20), np.float32))


def test_progress_goes_on_from_scratches_to_noise():
    scratches = np.zeros((64, 64), np.float32)
    scratches[10:13, 5:60] = 1.0
    task = make_task(picture(64, 64, 4), NOISE, scratches)
    events = list(RestoreEngine().run(task, RecordingContext()))
    fractions = [event.fraction for event in events if isinstance(event, EngineProgress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert 0.5 in fractions


def test_a_large_picture_is_seen_from_afar_first(monkeypatch):
    module = "velatura_backend.engines.builtin.glance"
    monkeypatch.setattr(f"{module}.LARGE", 100 * 100)
    monkeypatch.setattr(f"{module}._COARSE", 60 * 60)
    clean = np.tile(drawing(), (3, 2, 1))[:140, :122]
    events = list(RestoreEngine().run(make_task(noisy(clean, 0.1), NOISE), RecordingContext()))
    assert isinstance(events[0], EnginePreview)
    few = clean[::3, ::3]
    assert events[0].image.shape == few.shape
    blurred = ndimage.uniform_filter(events[0].image, (3, 3, 1))
    assert np.abs(blurred - ndimage.uniform_filter(few, (3, 3, 1))).mean() < 0.06


def test_previews_show_what_is_finished():
    image = noisy(picture(600, 40, 4), 0.1)
    task = make_task(image, NOISE)
    events = list(RestoreEngine().run(task, RecordingContext()))
    previews = [event.image for event in events if isinstance(event, EnginePreview)]
    result = result_of(events).image
    assert len(previews) > 1
    assert np.array_equal(previews[0][:100], result[:100])
    assert np.array_equal(previews[0][-100:], image[-100:])


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 5), (1, 41), (7, 2)])
def test_tiny_pictures(height, width):
    image = np.full((height, width, 4), 0.3, np.float32)
    result = restored(image, NOISE)
    assert result.shape == image.shape
    assert np.abs(result[..., :3] - 0.3).max() < 0.03


def test_alpha_and_what_is_hidden_stay():
    image = noisy(drawing(), 0.1)
    image[:, :20, 3] = 0.0
    image[:, 20:30, 3] = 0.5
    result = restored(image, NOISE)
    assert np.array_equal(result[..., 3], image[..., 3])
    assert np.array_equal(result[:, :20], image[:, :20])


def test_highlights_and_what_is_no_number_stay():
    image = drawing()
    image[10:14, 10:14, :3] = 30.0
    image[5, 5, 1] = np.nan
    result = restored(image, {"measure": False, "denoise": 0.1})
    assert 20.0 < result[11, 11, :3].min() <= 30.001
    assert np.count_nonzero(~np.isfinite(result)) == 1
    assert np.isnan(result[5, 5, 1])


def test_tiles_and_threads_do_not_show(monkeypatch):
    image = noisy(picture(90, 75, 4), 0.1)
    whole = restored(image, NOISE)
    assert np.array_equal(whole, restored(image, NOISE, threads=3))
    stage = "velatura_backend.engines.builtin.restore.Stage"
    from velatura_backend.engines.builtin.networks.stage import Stage

    monkeypatch.setattr(stage, lambda *args, **named: replace(Stage(*args, **named), tile=34))
    assert np.abs(restored(image, NOISE) - whole).max() < 1e-4
