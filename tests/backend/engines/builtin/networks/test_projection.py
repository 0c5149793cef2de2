from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from velatura_backend.engines.builtin.networks.projection import project, reduce


def noise(height, width, seed=0):
    return np.random.default_rng(seed).random((height, width), np.float32)


@pytest.mark.parametrize("scale", [2, 4])
def test_reducing_is_what_pillow_does(scale):
    large = noise(12 * scale, 9 * scale)
    pillow = Image.fromarray(large).resize((9, 12), Image.Resampling.BICUBIC)
    assert np.abs(reduce(large, scale) - np.asarray(pillow)).max() < 1e-5


@pytest.mark.parametrize("scale", [2, 4])
def test_it_closes_in_on_the_picture(scale):
    small = 0.4 + 0.2 * noise(14, 11)[None]
    large = np.full((1, 14 * scale, 11 * scale), 0.5, np.float32)
    errors = []
    for _ in range(6):
        project(large, small, scale, 3, (0, 14, 0, 11))
        errors.append(float(np.abs(reduce(large[0], scale) - small[0]).mean()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.25 * errors[0]


def test_what_already_agrees_is_left_alone():
    large = np.clip(noise(24, 24), 0.1, 0.9)[None]
    small = reduce(large[0], 2)[None]
    before = large.copy()
    project(large, small, 2, 3, (0, 12, 0, 12))
    assert np.abs(large - before).max() < 1e-5


def test_where_the_picture_is_in_range_so_is_the_result():
    small = np.zeros((1, 8, 8), np.float32)
    small[0, 3:5] = 1.0
    large = np.full((1, 16, 16), 5.0, np.float32)
    project(large, small, 2, 2, (0, 8, 0, 8))
    assert large.min() >= 0.0
    assert large.max() <= 1.0


def test_told_to_stop_it_stops_between_passes():
    class Stop(Exception):
        pass

    told = 0

    def check() -> None:
        nonlocal told
        told += 1
        if told == 3:
            raise Stop

    large = np.full((1, 28, 22), 0.5, np.float32)
    with pytest.raises(Stop):
        project(large, noise(14, 11)[None], 2, 9, (0, 14, 0, 11), check=check)
    assert told == 3


def test_black_and_white_may_come_from_beyond():
    """A picture whose reduction overshoots and was cut off: nothing is wrong with it."""
    large = np.zeros((1, 48, 48), np.float32)
    large[:, :, 25:] = 1.0
    small = np.clip(reduce(large[0], 2), 0.0, 1.0)[None]
    assert reduce(large[0], 2).max() > 1.02
    before = large.copy()
    project(large, small, 2, 3, (0, 24, 0, 24))
    assert np.abs(large - before).max() < 1e-5
