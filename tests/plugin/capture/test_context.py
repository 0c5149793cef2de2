from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plugin.capture.test_islands import mask
from velatura_plugin.capture.context import context_crop, context_crops
from velatura_plugin.host.base import Selection
from velatura_protocol.engines import ContextRule
from velatura_protocol.errors import TooLarge
from velatura_protocol.geometry import Rect

CANVAS = Rect(0, 0, 1000, 800)
RULE = ContextRule(factor=1.0, minimum=20)
NO_LIMIT = 10**9


def selection(*rects: Rect) -> Selection:
    return Selection(CANVAS, mask(CANVAS.size, *rects))


def crops(*rects: Rect, reach: int = 0, limit: int = NO_LIMIT, split: bool = True) -> list[Rect]:
    return context_crops(selection(*rects), CANVAS, RULE, reach=reach, limit=limit, split=split)


def test_the_margin_is_the_longer_side() -> None:
    assert crops(Rect(400, 300, 60, 40)) == [Rect(340, 240, 180, 160)]


def test_a_small_hole_gets_the_least_margin() -> None:
    assert crops(Rect(400, 300, 5, 5)) == [Rect(380, 280, 45, 45)]


def test_the_edge_reaches_further_than_the_selection() -> None:
    assert crops(Rect(400, 300, 5, 5), reach=10) == [Rect(365, 265, 75, 75)]


def test_nothing_lies_outside_the_canvas() -> None:
    assert crops(Rect(0, 0, 1000, 10)) == [CANVAS]
    assert crops(Rect(995, 795, 5, 5), reach=30) == [Rect(930, 730, 70, 70)]


def test_far_apart_places_are_crops_of_their_own() -> None:
    assert len(crops(Rect(100, 100, 10, 10), Rect(800, 600, 10, 10))) == 2


def test_a_crop_that_would_show_the_other_hole_takes_it_in() -> None:
    large, small = Rect(100, 100, 200, 200), Rect(420, 180, 10, 10)
    assert len(crops(large, small)) == 1


def test_some_operations_see_the_picture_as_one() -> None:
    one, other = Rect(100, 100, 10, 10), Rect(800, 600, 10, 10)
    (crop,) = crops(one, other, split=False)
    assert crop.contains(one.union(other))


def test_a_limit_takes_from_the_margin_only() -> None:
    hole = Rect(400, 300, 60, 40)
    (crop,) = crops(hole, limit=10_000)
    assert crop.area <= 10_000
    assert crop.contains(hole)
    with pytest.raises(TooLarge) as raised:
        crops(hole, limit=2_399)
    assert raised.value.params == {"pixels": 2_400, "limit": 2_399}
    assert context_crop(hole, CANVAS, RULE, 2_400) == hole


rects = st.builds(
    Rect, st.integers(0, 900), st.integers(0, 700), st.integers(1, 100), st.integers(1, 100)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(rects, min_size=1, max_size=5), st.integers(0, 40))
def test_every_hole_is_whole_in_one_crop_and_in_no_other(drawn: list[Rect], reach: int) -> None:
    found = crops(*drawn, reach=reach)
    for rect in drawn:
        hole = rect.grown(reach).intersection(CANVAS)
        assert len([each for each in found if each.contains(hole)]) == 1
        assert len([each for each in found if not each.intersection(hole).is_empty]) == 1
    assert all(CANVAS.contains(each) for each in found)
