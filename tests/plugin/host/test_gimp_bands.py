from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_plugin.host.gimp.bands import TILE, bands
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.pixels import MASK_FORMAT, Pixels


def mask_of(size: Size, drawn: Rect, seed: int = 0) -> Pixels:
    data = bytearray(size.area)
    noise = random.Random(seed)
    for y in range(drawn.y, drawn.bottom):
        row = noise.randbytes(drawn.width).replace(b"\0", b"\x01")
        data[y * size.width + drawn.x : y * size.width + drawn.right] = row
    return Pixels(size, MASK_FORMAT, bytes(data))


def put_together(size: Size, mask: Pixels) -> bytes:
    made = bytearray(size.area)
    for place, part in bands(mask):
        data = bytes(part.data)
        for row in range(place.height):
            start = (place.y + row) * size.width + place.x
            made[start : start + place.width] = data[row * place.width : (row + 1) * place.width]
    return bytes(made)


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.tuples(*[st.floats(0, 1)] * 4),
    st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_together_they_are_the_mask(
    width: int, height: int, shares: tuple[float, float, float, float], seed: int
) -> None:
    size = Size(width, height)
    across = sorted((round(shares[0] * width), round(shares[1] * width)))
    down = sorted((round(shares[2] * height), round(shares[3] * height)))
    mask = mask_of(size, Rect.from_edges(across[0], down[0], across[1], down[1]), seed)
    assert put_together(size, mask) == mask.data


@pytest.mark.parametrize(
    ("drawn", "places"),
    [
        (Rect(0, 0, 0, 0), []),
        (Rect(5, 5, 1, 1), [Rect(0, 0, TILE, TILE)]),
        (Rect(130, 260, 10, 10), [Rect(TILE, 2 * TILE, TILE, 300 - 2 * TILE)]),
        (Rect(0, 0, 500, 1), [Rect(0, 0, 500, TILE)]),
        (Rect(499, 100, 1, 100), [Rect(384, 0, 116, TILE), Rect(384, TILE, 116, TILE)]),
    ],
)
def test_nothing_is_sent_of_what_is_black(drawn: Rect, places: list[Rect]) -> None:
    assert [place for place, _ in bands(mask_of(Size(500, 300), drawn))] == places


def test_a_mask_in_a_view_of_others_bytes() -> None:
    mask = mask_of(Size(9, 4), Rect(2, 1, 3, 2))
    viewed = Pixels(mask.size, MASK_FORMAT, memoryview(bytearray(mask.data)))
    assert put_together(mask.size, viewed) == mask.data
