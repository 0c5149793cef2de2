from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.imaging.tiling import TileBlender, plan_tiles
from velatura_protocol.geometry import Rect, Size

areas = st.builds(Size, st.integers(1, 90), st.integers(1, 90))


@st.composite
def plans(draw):
    tile = draw(st.integers(2, 40))
    return draw(areas), tile, draw(st.integers(0, tile - 1))


@settings(max_examples=120, deadline=None)
@given(plans(), st.randoms(use_true_random=False))
def test_an_engine_that_changes_nothing_gives_every_bit_back(plan, random):
    area, tile, overlap = plan
    image = np.random.default_rng(1).standard_normal((area.height, area.width, 3))
    blender = TileBlender(area, 3, overlap, np.float64)
    tiles = list(plan_tiles(area, tile, overlap))
    random.shuffle(tiles)
    for rect in tiles:
        blender.add(rect, image[rect.y : rect.bottom, rect.x : rect.right])
    assert np.array_equal(blender.result(), image)


@settings(max_examples=80, deadline=None)
@given(plans())
def test_tiles_cover_the_area_and_overlap_enough(plan):
    area, tile, overlap = plan
    tiles = plan_tiles(area, tile, overlap)
    covered = np.zeros((area.height, area.width), int)
    for rect in tiles:
        assert Rect.of_size(area).contains(rect)
        covered[rect.y : rect.bottom, rect.x : rect.right] += 1
    assert covered.min() >= 1
    assert {rect.size for rect in tiles} == {Size(min(tile, area.width), min(tile, area.height))}
    columns = sorted({(rect.x, rect.right) for rect in tiles})
    for (_, end), (start, _) in pairwise(columns):
        assert end - start >= overlap


def test_differing_tiles_fade_into_each_other_without_a_step():
    area = Size(96, 1)
    blender = TileBlender(area, 1, 31)
    for value, rect in enumerate(plan_tiles(area, 64, 32)):
        blender.add(rect, np.full((1, 64, 1), float(value), np.float32))
    row = blender.result()[0, :, 0]
    assert row[:32].max() == 0
    assert row[64:].min() == 1
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() < 0.05


def test_a_weight_is_a_share_of_one():
    area = Size(50, 40)
    blender = TileBlender(area, 1, 8)
    for rect in plan_tiles(area, 20, 8):
        blender.add(rect, np.full((rect.height, rect.width, 1), 7.5, np.float32))
    assert (blender.result() == 7.5).all()


def test_holes_are_not_passed_on():
    blender = TileBlender(Size(8, 8), 1, 0)
    blender.add(Rect(0, 0, 4, 8), np.zeros((8, 4, 1), np.float32))
    with pytest.raises(ValueError, match="cover"):
        blender.result()


def test_an_overlap_as_large_as_the_tile_is_refused():
    with pytest.raises(ValueError, match="larger"):
        plan_tiles(Size(100, 100), 16, 16)


def test_an_empty_area_needs_no_tiles():
    assert plan_tiles(Size(0, 5), 16, 4) == ()
