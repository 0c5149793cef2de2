from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velatura_protocol.geometry import MAX_COORDINATE, Margins, Rect, Size, bounding_rect

near = st.integers(-40, 40)
side = st.integers(0, 40)
rects = st.builds(Rect, near, near, side, side)


def points(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(rects, rects)
def test_an_intersection_has_the_points_of_both(one, other):
    assert points(one.intersection(other)) == points(one) & points(other)


@given(rects, rects)
def test_a_union_is_the_smallest_around_both(one, other):
    union = one.union(other)
    both = points(one) | points(other)
    assert both <= points(union)
    for smaller in (
        Rect.from_edges(union.x + 1, union.y, union.right, union.bottom),
        Rect.from_edges(union.x, union.y, union.right, union.bottom - 1),
    ):
        assert not both or not both <= points(smaller)


@given(rects, rects)
def test_containing_is_having_all_points(one, other):
    if one.contains(other):
        assert points(other) <= points(one)
    elif points(other):
        assert not points(other) <= points(one)


@given(rects, st.integers(-20, 20))
def test_growing_and_shrinking(rect, margin):
    grown = rect.grown(margin)
    assert grown.width == max(0, rect.width + 2 * margin)
    assert grown.height == max(0, rect.height + 2 * margin)
    if margin >= 0:
        assert grown.contains(rect)


@given(rects, near, near)
def test_moving_keeps_the_size(rect, dx, dy):
    moved = rect.translated(dx, dy)
    assert moved.size == rect.size
    assert moved.translated(-dx, -dy) == rect


@given(st.lists(rects, max_size=5))
def test_bounds_hold_everything(several):
    bounds = bounding_rect(several)
    assert all(bounds.contains(each) for each in several if not each.is_empty)
    assert bounds.is_empty == all(each.is_empty for each in several)


def test_measures():
    rect = Rect.of_size(Size(3, 4))
    assert rect == Rect(0, 0, 3, 4)
    assert rect.area == rect.size.area == 12
    assert (rect.right, rect.bottom) == (3, 4)
    assert str(rect.size) == "3x4"
    assert Rect.from_edges(5, 5, 2, 9).is_empty


@pytest.mark.parametrize("sides", [(-1, 0), (0, -1), (MAX_COORDINATE + 1, 1)])
def test_sizes_that_cannot_be(sides):
    with pytest.raises(ValueError, match="size"):
        Size(*sides)
    with pytest.raises(ValueError, match="rectangle"):
        Rect(0, 0, *sides)


def test_places_nothing_can_be_at():
    Rect(-MAX_COORDINATE, MAX_COORDINATE, MAX_COORDINATE, MAX_COORDINATE)
    with pytest.raises(ValueError, match="beyond all documents"):
        Rect(-MAX_COORDINATE - 1, 0, 1, 1)


def test_margins_lie_around_and_leave_what_is_inside():
    margins = Margins(1, 2, 3, 4)
    assert margins.around(Size(10, 20)) == Size(14, 26)
    assert margins.inside(Size(14, 26)) == Rect(1, 2, 10, 20)
    assert margins.inside(Size(3, 3)).is_empty
    assert Margins().is_empty
    assert not margins.is_empty


@pytest.mark.parametrize("side", [-1, MAX_COORDINATE + 1])
def test_margins_that_cannot_be(side):
    with pytest.raises(ValueError, match="margin"):
        Margins(0, side)
