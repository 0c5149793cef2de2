from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_plugin.capture.islands import MAX_ISLANDS, is_blank, islands
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels


def mask(size: Size, *rects: Rect, value: int = 255) -> Pixels:
    data = bytearray(size.area)
    for rect in rects:
        for y in range(rect.y, rect.bottom):
            start = y * size.width
            data[start + rect.x : start + rect.right] = bytes([value]) * rect.width
    return Pixels(size, MASK_FORMAT, bytes(data))


@pytest.mark.parametrize("size", [Size(1, 1), Size(300, 400), Size(65536, 1), Size(0, 0)])
def test_blank(size: Size) -> None:
    assert is_blank(mask(size))


@pytest.mark.parametrize("place", [0, 1, 65535, 65536, 119_999])
def test_one_faint_pixel_is_not_blank(place: int) -> None:
    data = bytearray(120_000)
    data[place] = 1
    assert not is_blank(Pixels(Size(400, 300), MASK_FORMAT, data))


def test_bounds_are_tight() -> None:
    spot = Rect(37, 61, 5, 3)
    assert islands(mask(Size(200, 150), spot, value=1), gap=10) == [spot]


def test_far_apart_places_are_told_apart() -> None:
    near, far = Rect(10, 10, 20, 20), Rect(600, 500, 30, 10)
    assert islands(mask(Size(700, 600), far, near), gap=96) == [near, far]


def test_neighbours_are_one() -> None:
    one, other = Rect(10, 10, 20, 20), Rect(100, 10, 20, 20)
    assert islands(mask(Size(300, 100), one, other), gap=96) == [one.union(other)]


def test_a_dusty_mask_stays_a_few_places() -> None:
    specks = [Rect(x, y, 1, 1) for x in range(0, 4000, 250) for y in range(0, 3000, 250)]
    found = islands(mask(Size(4000, 3000), *specks), gap=10)
    assert 1 <= len(found) <= MAX_ISLANDS


rects = st.builds(
    Rect, st.integers(0, 380), st.integers(0, 280), st.integers(1, 120), st.integers(1, 120)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(rects, min_size=1, max_size=6), st.integers(1, 200))
def test_every_pixel_is_in_exactly_one_place_and_far_from_the_others(
    drawn: list[Rect], gap: int
) -> None:
    size = Size(400, 300)
    drawn = [each.intersection(Rect.of_size(size)) for each in drawn]
    found = islands(mask(size, *drawn), gap)
    for rect in drawn:
        touched = [each for each in found if not each.intersection(rect).is_empty]
        assert len(touched) == 1
        assert touched[0].contains(rect)
    # Tight: each edge of a place touches something drawn.
    for place in found:
        inside = [each for each in drawn if place.contains(each)]
        assert min(each.x for each in inside) == place.x
        assert max(each.right for each in inside) == place.right
        assert min(each.y for each in inside) == place.y
        assert max(each.bottom for each in inside) == place.bottom
    for one in drawn:
        for other in drawn:
            if not one.grown(gap - 1).intersection(other).is_empty:
                together = one.union(other)
                assert any(each.contains(together) for each in found), "nearer than the gap is one"


def test_a_full_mask_is_one_place() -> None:
    size = Size(4000, 3000)
    full = Pixels(size, MASK_FORMAT, b"\xff" * size.area)
    assert islands(full, gap=96) == [Rect.of_size(size)]
