from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.engine import SERIAL, fresh_token
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.diffusion.quality.masks import denoise_mask
from velatura_backend.engines.diffusion.quality.plan import Edge
from velatura_protocol.errors import Cancelled


def made(mask: np.ndarray, outside: float = 4.0, inside: float = 12.0) -> np.ndarray:
    with Lanes(1, fresh_token()) as lanes:
        return denoise_mask(mask.astype(np.float32), Edge(outside, inside), lanes)


def square(side: int = 96, margin: int = 30) -> np.ndarray:
    mask = np.zeros((side, side), np.float32)
    mask[margin : side - margin, margin : side - margin] = 1.0
    return mask


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**16), st.floats(0.0, 12.0), st.floats(0.0, 40.0), st.integers(0, 60))
def test_any_mask(seed: int, outside: float, inside: float, holes: int):
    random = np.random.default_rng(seed)
    mask = np.zeros((48, 56), np.float32)
    for _ in range(holes % 5):
        y, x = random.integers(0, 40, 2)
        mask[y : y + random.integers(1, 16), x : x + random.integers(1, 16)] = random.random()
    found = made(mask, outside, inside)
    assert found.dtype == np.float32
    assert found.shape == mask.shape
    assert found.min() >= 0.0
    assert found.max() <= 1.0
    assert (found[mask > 0.0] > 0.0).all()
    assert mask.any() == (found == 1.0).any()


def test_it_rises_from_the_outline_inwards_and_ends_outside():
    found = made(square())[48]
    assert (np.diff(found[:48]) >= 0.0).all()
    assert found[24] == 0.0
    assert 0.0 < found[28] < 0.5 <= found[30] < 0.7
    assert found[48] == 1.0


def test_each_island_is_painted_wholly_in_its_middle():
    """A wire beside a large hole has no room for the same soft edge."""
    mask = square(128, 40)
    mask[10:15, 5:120] = 1.0
    found = made(mask, 4.0, 24.0)
    assert found[12, 60] == 1.0
    assert found[64, 64] == 1.0


def test_without_an_edge_it_is_the_mask():
    mask = square()
    assert np.array_equal(made(mask, 0.0, 0.0), mask)
    assert made(mask, 4.0, 0.0)[28, 48] > 0.0


def test_empty_and_full():
    assert not made(np.zeros((20, 30), np.float32)).any()
    assert (made(np.ones((20, 30), np.float32)) == 1.0).all()


def test_the_pictures_border_is_no_edge():
    mask = np.zeros((60, 60), np.float32)
    mask[:, 30:] = 1.0
    found = made(mask, 4.0, 10.0)
    assert (found[:, 50:] == 1.0).all()


def test_cancel():
    token = fresh_token()
    token.flag[0] = SERIAL
    with Lanes(1, token) as lanes, pytest.raises(Cancelled):
        denoise_mask(square(), Edge(4.0, 12.0), lanes)
