from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.super_resolution.tiles import (
    OVERLAP,
    Planes,
    Span,
    spans,
    tiled,
    weights,
)


def repeat(planes: Planes, scale: int) -> Planes:
    return planes.repeat(scale, axis=1).repeat(scale, axis=2)


@given(length=st.integers(1, 900), tile=st.integers(OVERLAP + 1, 300))
def test_spans_cover_everything_and_overlap(length: int, tile: int) -> None:
    found = spans(length, tile)
    assert found[0].start == 0
    assert found[-1].stop == length
    assert all(each.stop - each.start == min(length, tile) for each in found)
    for before, after in pairwise(found):
        assert before.start < after.start <= before.stop - OVERLAP


def test_a_tile_of_overlap_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="all overlap"):
        spans(100, OVERLAP)


def test_the_border_of_the_picture_counts_whole_and_that_of_a_tile_not() -> None:
    first = weights(Span(0, 64), 128, 2)
    assert first[0] == 1.0
    assert first[-1] == 0.0


@settings(deadline=None, max_examples=30)
@given(
    height=st.integers(1, 150),
    width=st.integers(1, 150),
    tile=st.integers(OVERLAP + 1, 100),
    scale=st.integers(1, 3),
)
def test_what_needs_no_surroundings_comes_out_as_if_it_were_whole(
    height: int, width: int, tile: int, scale: int
) -> None:
    planes = np.random.default_rng(0).random((3, height, width), np.float32)
    strips = list(tiled(planes, scale, tile, lambda part: repeat(part, scale)))
    whole = np.concatenate(strips, axis=1)
    np.testing.assert_allclose(whole, repeat(planes, scale), rtol=0, atol=1e-6)


def test_each_row_of_tiles_is_given_when_it_is_done() -> None:
    asked: list[tuple[int, ...]] = []

    def answer(part: Planes) -> Planes:
        asked.append(part.shape)
        return part

    strips = tiled(np.zeros((3, 200, 40), np.float32), 1, 64, answer)
    next(strips)
    assert len(asked) == 1
