from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.diffusion.quality.islands import deepest
from velatura_backend.imaging import banded


def by_islands(inside: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """As it is said: island by island."""
    labels, count = ndimage.label(inside, np.ones((3, 3)))
    found = np.ones(inside.shape, np.float32)
    for number in range(1, count + 1):
        found[labels == number] = depth[labels == number].max()
    return found


def found(inside: np.ndarray, depth: np.ndarray) -> np.ndarray:
    with Lanes(2, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        return deepest(inside, depth, lanes)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 30), st.integers(1, 30), st.floats(0.05, 0.95))
def test_an_island_is_the_same_whatever_bands_it_lies_in(
    seed: int, height: int, width: int, share: float
):
    random = np.random.default_rng(seed)
    inside = random.random((height, width)) < share
    depth = np.where(inside, random.random((height, width)), 0.0).astype(np.float32)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(banded, "BAND_PIXELS", 3 * width)
        assert np.array_equal(found(inside, depth), by_islands(inside, depth))


def test_a_spiral_is_one_island(monkeypatch: pytest.MonkeyPatch):
    """It meets itself only far from where it is cut."""
    monkeypatch.setattr(banded, "BAND_PIXELS", 40)
    inside = np.zeros((21, 20), bool)
    inside[::2] = True
    inside[1::4, -1] = inside[3::4, 0] = True
    depth = np.zeros(inside.shape, np.float32)
    depth[20, 10] = 7.0
    assert np.array_equal(found(inside, depth), np.where(inside, np.float32(7.0), np.float32(1.0)))
