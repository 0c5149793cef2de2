from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend.engines.diffusion.painters import SMALL
from velatura_backend.engines.diffusion.quality.tiles import (
    overlap_for,
    rows_of,
    tiles_for,
    with_tones_of,
)
from velatura_protocol.geometry import Size


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 60))
def test_tiles_cover_everything_and_each_pixel_is_some_tiles_own(width, height, overlap):
    total = np.zeros((height, width), np.float32)
    for tile in tiles_for(Size(width, height), SMALL, overlap):
        region = tile.frame.region
        place = slice(region.y, region.bottom), slice(region.x, region.right)
        assert tile.mask.shape == (region.height, region.width)
        total[place] += tile.mask * (1.0 - total[place])
    assert total.min() > 0.49


def test_the_first_tile_is_all_its_own_and_the_next_rises_from_it():
    first, second, *_ = tiles_for(Size(160, 60), SMALL, 32)
    assert (first.mask == 1.0).all()
    assert second.mask[0, 0] < 0.01
    assert (np.diff(second.mask[0]) >= 0.0).all()
    assert second.mask[0, -1] == 1.0


def test_more_change_needs_more_overlap():
    assert overlap_for(0.6, 0) > overlap_for(0.3, 0) > 0
    assert overlap_for(0.3, 48) == 48


def test_shares_of_the_progress_sum_up():
    tiles = tiles_for(Size(200, 200), SMALL, 16)
    shares = list(rows_of(tiles))
    assert shares[0][1] == 0.0
    assert shares[-1][1] + shares[-1][2] == pytest.approx(1.0)


def test_tones_come_from_the_picture_and_detail_from_the_paint():
    random = np.random.default_rng(0)
    before = np.full((64, 64, 3), 0.4, np.float32)
    painted = (0.55 + random.normal(0, 0.02, before.shape)).astype(np.float32)
    held = with_tones_of(painted, before)
    assert held.mean() == pytest.approx(0.4, abs=0.002)
    assert held.std() == pytest.approx(0.02, rel=0.1)
