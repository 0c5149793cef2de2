from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.diffusion.quality.spreading import spread


def test_known_places_stay_and_the_rest_lies_between_them():
    values = np.zeros((40, 60, 3), np.float32)
    values[:, :10] = 0.2
    values[:, 50:] = 0.8
    weights = np.zeros((40, 60), np.float32)
    weights[:, :10] = weights[:, 50:] = 1.0
    found = spread(values, weights)
    assert np.array_equal(found[weights == 1.0], values[weights == 1.0])
    assert found.min() >= 0.2 - 1e-6
    assert found.max() <= 0.8 + 1e-6
    assert found[20, 15, 0] < found[20, 30, 0] < found[20, 45, 0]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.001, 1.0))
def test_one_known_pixel_is_everywhere(height: int, width: int, weight: float):
    values = np.full((height, width, 2), 7.0, np.float32)
    values[height // 2, width // 2] = 0.3
    weights = np.zeros((height, width), np.float32)
    weights[height // 2, width // 2] = weight
    assert spread(values, weights) == pytest.approx(0.3, abs=1e-4)


def test_nothing_known_is_nothing():
    assert not spread(np.ones((5, 7, 3), np.float32), np.zeros((5, 7), np.float32)).any()


def test_hidden_values_do_not_leak():
    values = np.full((16, 16, 1), np.nan, np.float32)
    values[4:8] = 0.5
    weights = np.zeros((16, 16), np.float32)
    weights[4:8] = 1.0
    with np.errstate(invalid="ignore"):
        assert np.isfinite(spread(np.nan_to_num(values), weights)).all()
