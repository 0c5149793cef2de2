from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from tests.contracts.engine import RecordingContext, fresh_token, result_of
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.graining import grained
from velatura_backend.engines.builtin.patchmatch.grain import (
    Grain,
    add_grain,
    measure_grain,
    noise_ratio,
)
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.wavelets import (
    band_gains,
    bands_of,
    white_noise,
)
from velatura_protocol.tasks import Intent, Operation

HEIGHT, WIDTH = 200, 240


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def ramp() -> np.ndarray:
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    plane = 0.3 + 0.001 * xs + 0.0005 * ys
    return np.stack([plane, plane * 0.9, plane * 0.8], axis=2)


def noise(spread=0.02, blur=0.0, seed=0) -> np.ndarray:
    """Two parts luminance to one part colour, as film and demosaicing have it."""
    generator = np.random.default_rng(seed)
    common, own = (generator.normal(size=(HEIGHT, WIDTH, n)) for n in (1, 3))
    mixed = 2.0 * common + own
    if blur:
        mixed = ndimage.gaussian_filter(mixed, (blur, blur, 0))
    return (spread * mixed / mixed.std()).astype(np.float32)


def hole_of() -> np.ndarray:
    hole = np.zeros((HEIGHT, WIDTH), np.bool_)
    hole[60:140, 80:160] = True
    return hole


def test_gains_are_those_that_made_the_bands(lanes):
    values = white_noise(5, 9, 512, 512, 1, 3, lanes)
    assert abs(values.mean()) < 0.02
    assert abs(values.var() - 1.0) < 0.03
    inner = slice(20, -20)
    together = np.sum(bands_of(values, 1, lanes), axis=0, dtype=np.float32)
    variances = np.array([band[inner, inner].var() for band in bands_of(together, 1, lanes)])
    np.testing.assert_allclose(band_gains(variances), 1.0, atol=0.1)


def test_noise_of_a_place_does_not_depend_on_the_window(lanes):
    whole = white_noise(0, 0, 40, 50, 2, 7, lanes)
    part = white_noise(10, 20, 20, 15, 2, 7, lanes)
    np.testing.assert_array_equal(whole[10:30, 40:70], part)
    assert not np.array_equal(part, white_noise(10, 20, 20, 15, 2, 8, lanes))


@pytest.mark.parametrize("blur", [0.0, 0.8])
def test_a_smooth_fill_gets_the_noise_around_it(lanes, blur):
    """As strong, as coarse and as coloured."""
    hole = hole_of()
    truth = noise(blur=blur)
    picture = np.where(hole[..., None], ramp(), ramp() + truth)
    grain = measure_grain(picture, ~hole, lanes)
    assert grain is not None
    added = add_grain(picture, hole, grain, 1.0, 0, lanes)
    assert not added[~hole].any()
    inside = added[70:130, 90:150]
    wanted = truth[70:130, 90:150]
    assert abs(inside.std() / wanted.std() - 1.0) < 0.2
    for step in (1, 2):
        there, here = (
            np.corrcoef(each[:, step:, 0].ravel(), each[:, :-step, 0].ravel())[0, 1]
            for each in (wanted, inside)
        )
        assert abs(there - here) < 0.15
    there, here = (
        np.corrcoef(each[..., 0].ravel(), each[..., 1].ravel())[0, 1] for each in (wanted, inside)
    )
    assert abs(there - here) < 0.1


def test_what_has_its_noise_gets_none(lanes):
    hole = hole_of()
    picture = ramp() + noise()
    filled = grained(picture, True, hole, ~hole, 1.0, 0, lanes)
    assert filled.ratio is not None
    assert filled.ratio > 0.97
    assert (filled.colours - picture)[hole].std() < 0.006


def dithered() -> np.ndarray:
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.repeat(np.where((xs + ys) % 2, 0.45, 0.5)[..., None], 3, axis=2).astype(np.float32)


def flat() -> np.ndarray:
    picture = np.full((HEIGHT, WIDTH, 3), 0.6, np.float32)
    picture[:, :100] = (0.2, 0.4, 0.3)
    picture[40:44] = 0.0
    return picture


def ramp_in_8_bit() -> np.ndarray:
    return (np.rint(ramp() * 255.0) / 255.0).astype(np.float32)


@pytest.mark.parametrize("picture", [dithered(), flat(), ramp(), ramp_in_8_bit()])
def test_clean_work_has_no_grain(lanes, picture):
    hole = hole_of()
    assert measure_grain(picture, ~hole, lanes) is None
    filled = grained(picture, True, hole, ~hole, 1.0, 0, lanes)
    assert filled.ratio is None
    np.testing.assert_array_equal(filled.colours, picture)


def woven() -> np.ndarray:
    """Two threads over and under each other: as loud everywhere as noise is."""
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH]
    over = (ys // 14 + xs // 14) % 2
    shade = 0.35 + 0.65 * np.abs(np.sin(np.pi * np.where(over, xs, ys) / 14.0))
    warm, cool = np.array([0.77, 0.47, 0.31]), np.array([0.35, 0.43, 0.59])
    return (np.where(over[..., None], warm, cool) * shade[..., None]).astype(np.float32)


def test_a_pattern_is_no_noise(lanes):
    """What a weave's grain is made of is the noise on it, not the weave."""
    hole = hole_of()
    picture = np.where(hole[..., None], np.float32(0.5), woven() + noise(spread=0.01))
    grain = measure_grain(picture, ~hole, lanes)
    assert grain is not None
    added = add_grain(picture, hole, grain, 1.0, 0, lanes)
    assert added[70:130, 90:150].std() < 0.02


def test_a_band_that_is_empty_makes_no_hole_in_the_picture(lanes):
    """Fine noise in a picture whose coarse bands are empty: no division by nothing."""
    hole = hole_of()
    picture = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    picture[:, :80] += noise()[:, :80]
    picture[hole] = 0.5
    grain = Grain(tuple(np.eye(3, dtype=np.float32) for _ in range(3)), (1e-3, 0.0, 0.0))
    added = add_grain(picture, hole, grain, 1.0, 0, lanes)
    assert np.isfinite(added).all()
    assert np.isfinite(noise_ratio(picture, hole, replace(grain, floor=(0.0, 0.0, 0.0)), lanes))


def test_grain_is_as_opaque_as_what_it_is_on(lanes):
    hole = hole_of()
    picture = np.concatenate([ramp() + noise(), np.ones((HEIGHT, WIDTH, 1), np.float32)], axis=2)
    picture[60:140, 80:120] = 0.0
    picture[60:140, 120:160, :3] = ramp()[60:140, 120:160]
    filled = grained(picture, False, hole, ~hole, 1.0, 0, lanes)
    changed = filled.colours != picture
    assert not changed[60:140, 80:120].any()
    assert changed[60:140, 120:160, :3].mean() > 0.8
    assert not changed[..., 3].any()


@pytest.mark.usefixtures("warm")
def test_the_engine_tells_how_much_noise_is_left():
    picture = np.ones((HEIGHT, WIDTH, 4), np.float32)
    picture[..., :3] = ramp() + noise()
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[98:102] = 1.0  # a wire: its fill is an average, and smooth
    ratios, deviations = [], []
    for strength in (0.0, 1.0):
        task = EngineTask(
            Operation.FILL, Intent.REMOVE, picture, mask, 0, parameters={"grain": strength}
        )
        result = result_of(list(FillEngine().run(task, RecordingContext(previews=False))))
        ratios.append(result.metrics["residual_noise"])
        deviations.append((result.image[..., :3] - ramp())[mask > 0].std())
    assert ratios[0] < 0.9 < ratios[1]
    assert deviations[0] < 0.015 < deviations[1]
