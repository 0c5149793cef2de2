from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.builtin.networks.rows import Rows, Span, split


@pytest.mark.parametrize(
    ("span", "places"),
    [
        (Span(0, 3, 3), [0, 1, 2]),
        (Span(-2, 5, 3), [1, 0, 0, 1, 2, 2, 1]),
        (Span(-3, 3, 1), [0] * 6),
        (Span(-4, 2, 2), [0, 1, 1, 0, 0, 1]),
    ],
)
def test_beyond_the_border_stands_a_mirror(span, places):
    assert span.mirrored().tolist() == places


@given(length=st.integers(1, 900), most=st.integers(4, 300), multiple=st.sampled_from([1, 2]))
def test_parts_cover_everything_once(length, most, multiple):
    parts = split(length, most, multiple)
    assert [place for start, stop in parts for place in range(start, stop)] == list(range(length))
    assert all(start % multiple == 0 for start, _ in parts)
    assert all(stop - start <= most + multiple for start, stop in parts)


@settings(max_examples=50, deadline=None)
@given(
    height=st.integers(1, 60),
    strip=st.integers(1, 20),
    step=st.integers(1, 20),
    margin=st.integers(0, 30),
)
def test_windows_are_the_pictures_rows(height, strip, step, margin):
    image = np.arange(height, dtype=np.float32)[:, None, None] * np.ones((1, 2, 2), np.float32)
    rows = Rows((image[top : top + strip] for top in range(0, height, strip)), height)
    for top in range(0, height, step):
        start, stop = top - margin, min(height, top + step) + margin
        expected = image[Span(start, stop, height).mirrored()]
        assert np.array_equal(rows.window(start, stop), expected)
