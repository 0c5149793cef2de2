"""Copies that a cancel does not wait for."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.arrays import copied, filled, finite
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_protocol.errors import Cancelled


@pytest.fixture(params=[1, 3])
def lanes(request: pytest.FixtureRequest):
    with Lanes(request.param, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        yield lanes


def odd_values() -> np.ndarray:
    values = np.random.default_rng(0).normal(0, 9, (300, 70, 4)).astype(np.float32)
    values[7, 3], values[8, 3], values[9, 3] = np.nan, np.inf, -np.inf
    return values


def test_a_copy_is_the_same_and_another(lanes: Lanes) -> None:
    values = odd_values()
    again = copied(values, lanes)
    assert np.array_equal(again, values, equal_nan=True)
    assert not np.shares_memory(again, values)
    assert np.array_equal(copied(values[..., :2], lanes), values[..., :2], equal_nan=True)


def test_what_is_not_finite_becomes_nothing(lanes: Lanes) -> None:
    values = odd_values()
    kept = np.isfinite(values)
    made = finite(values, lanes)
    assert np.array_equal(made[kept], values[kept])
    assert (made[~kept] == 0.0).all()


def test_filled_with_one_colour(lanes: Lanes) -> None:
    assert np.array_equal(
        filled(5, 7, (0.5, 1.0), lanes), np.full((5, 7, 2), (0.5, 1.0), np.float32)
    )


def test_told_to_stop_they_stop() -> None:
    token = CancelToken(np.ones(1, np.int64), 1)
    with Lanes(1, token) as lanes:
        for make in (copied, finite):
            with pytest.raises(Cancelled):
                make(odd_values(), lanes)
        with pytest.raises(Cancelled):
            filled(5, 7, (0.0,), lanes)
