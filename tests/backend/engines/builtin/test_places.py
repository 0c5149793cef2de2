from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.places import Division, find_places
from velatura_protocol.geometry import Rect


def divide(hole: NDArray[np.bool_]) -> Division:
    with Lanes(1, CancelToken(np.zeros(1, np.int64), 1)) as lanes:
        return find_places(hole, lanes)


def with_rects(height: int, width: int, *rects: Rect) -> NDArray[np.bool_]:
    hole = np.zeros((height, width), np.bool_)
    for rect in rects:
        hole[rect.y : rect.bottom, rect.x : rect.right] = True
    return hole


RECTS = st.builds(
    Rect, st.integers(0, 700), st.integers(0, 500), st.integers(1, 90), st.integers(1, 90)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(RECTS, min_size=1, max_size=6))
def test_places_cover_the_hole_and_stay_inside(rects: list[Rect]) -> None:
    hole = with_rects(600, 800, *rects)
    kept = np.zeros_like(hole)
    for place in divide(hole).places:
        assert place.crop.intersection(Rect(0, 0, 800, 600)) == place.crop
        assert place.reach.intersection(place.crop) == place.reach
        assert place.core.intersection(place.reach) == place.core
        kept[place.core.y : place.core.bottom, place.core.x : place.core.right] = True
    assert kept[hole].all()


def test_far_apart_islands_are_places_of_their_own() -> None:
    hole = with_rects(600, 800, Rect(10, 10, 50, 50), Rect(600, 400, 50, 50))
    cores = [place.core for place in divide(hole).places]
    assert cores == [Rect(10, 10, 50, 50), Rect(600, 400, 50, 50)]


def test_near_ones_are_one_place() -> None:
    hole = with_rects(600, 800, Rect(100, 100, 50, 50), Rect(155, 100, 50, 50))
    (place,) = divide(hole).places
    assert place.core == Rect(100, 100, 105, 50)


def test_the_margin_grows_with_the_hole() -> None:
    small, large = (
        divide(with_rects(2000, 2000, Rect(900, 900, n, n))).places[0] for n in (20, 300)
    )
    assert small.crop.width - 20 >= 2 * 96
    assert large.crop.width - 300 >= 2 * 300


@pytest.mark.parametrize("length", [700, 1500])
@pytest.mark.parametrize("upright", [False, True])
def test_a_wire_is_cut_into_tiles(length: int, *, upright: bool) -> None:
    hole = with_rects(300, 1600, Rect(20, 100, length, 4))
    if upright:
        hole = np.ascontiguousarray(hole.T)
    division = divide(hole)
    assert all(place.slender for place in division.places)
    assert len(division.places) == -(-length // 512)
    np.testing.assert_array_equal(division.slender, hole)


def test_a_blob_is_not_slender() -> None:
    division = divide(with_rects(300, 300, Rect(100, 100, 60, 60)))
    assert not division.slender.any()
    assert not any(place.slender for place in division.places)
