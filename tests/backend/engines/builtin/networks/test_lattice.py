from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.builtin.networks.lattice import REACH, without_lattice


def waves(period: int, amplitude: float, axis: int):
    places = np.arange(24)
    wave = amplitude * np.cos(2.0 * np.pi * places / period)
    plane = np.broadcast_to(wave if axis == 1 else wave[:, None], (24, 24))
    return np.stack([plane] * 3).astype(np.float32) + 0.5


@pytest.mark.parametrize("axis", [0, 1])
def test_two_pixels_period_goes_and_slow_waves_stay(axis):
    inner = (slice(None), slice(4, -4), slice(4, -4))
    fast, slow = waves(2, 0.01, axis), waves(12, 0.01, axis)
    assert np.abs(without_lattice(fast, 0.02)[inner] - 0.5).max() < 1e-6
    assert np.abs(without_lattice(slow, 0.02)[inner] - slow[inner]).max() < 1e-4


def test_edges_change_by_no_more_than_asked():
    edge = np.zeros((3, 20, 20), np.float32)
    edge[:, :, 10:] = 1.0
    assert np.abs(without_lattice(edge, 0.01) - edge).max() <= 0.01 + 1e-6


def test_it_looks_no_further_than_it_says():
    planes = np.random.default_rng(0).random((3, 20, 20), np.float32)
    other = planes.copy()
    other[:, :5] = 0.0
    first, second = without_lattice(planes, 1.0), without_lattice(other, 1.0)
    assert np.array_equal(first[:, 5 + REACH :], second[:, 5 + REACH :])
    assert not np.array_equal(first[:, 5], second[:, 5])
