from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.diffusion.quality.grain import with_grain

pytestmark = pytest.mark.usefixtures("warm")


def hole() -> np.ndarray:
    mask = np.zeros((128, 128), bool)
    mask[40:90, 40:90] = True
    return mask


def grained(noise: float, strength: float = 1.0):
    random = np.random.default_rng(0)
    picture = (0.5 + random.normal(0, noise, (128, 128, 3))).astype(np.float32)
    painted = np.full_like(picture, 0.5)
    known = np.ones((128, 128), bool)
    with Lanes(1, fresh_token()) as lanes:
        return painted, with_grain(painted, picture, hole(), known, strength, 3, lanes)


def test_smooth_paint_in_a_noisy_picture_gets_its_noise():
    painted, result = grained(0.02)
    assert result.image[hole()].std() == pytest.approx(0.02, rel=0.25)
    assert np.array_equal(result.image[~hole()], painted[~hole()])
    assert result.ratio is not None
    assert result.ratio > 0.8


def test_clean_pictures_stay_clean():
    painted, result = grained(0.0)
    assert np.array_equal(result.image, painted)
    assert result.ratio is None


def test_no_strength_no_noise():
    painted, result = grained(0.02, 0.0)
    assert np.array_equal(result.image, painted)
    assert result.ratio is not None
    assert result.ratio < 0.3


def test_nothing_around_to_take_it_from():
    picture = np.full((20, 20, 3), 0.5, np.float32)
    full = np.ones((20, 20), bool)
    with Lanes(1, fresh_token()) as lanes:
        assert with_grain(picture, picture, full, full, 1.0, 0, lanes).ratio is None


def test_what_is_too_loud_for_noise_is_the_ground_itself():
    _, result = grained(0.045)
    assert result.image[hole()].std() < 0.03
