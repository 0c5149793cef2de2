from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.picking import (
    every_place,
    extremes,
    selected,
    variance,
)
from velatura_backend.imaging import banded
from velatura_protocol.errors import Cancelled

Sizes = st.tuples(st.integers(1, 70), st.integers(1, 40), st.integers(0, 9))


@pytest.fixture(scope="module")
def lanes() -> Iterator[Lanes]:
    token = CancelToken(np.zeros(1, np.int64), 1)
    with pytest.MonkeyPatch.context() as patch, Lanes(2, token) as lanes:
        patch.setattr(banded, "BAND_PIXELS", 200)
        yield lanes


def drawn(height: int, width: int, seed: int):
    random = np.random.default_rng(seed)
    values = random.normal(0.5, 0.3, (height, width, 3)).astype(np.float32)
    return values, random.random((height, width)) < random.random()


@settings(max_examples=40, deadline=None)
@given(Sizes)
def test_what_is_selected_is_what_indexing_selects(lanes: Lanes, size: tuple[int, int, int]):
    values, where = drawn(*size)
    assert selected(values, where, lanes).tobytes() == values[where].tobytes()
    assert selected(values[..., 1], where, lanes).tobytes() == values[..., 1][where].tobytes()


@settings(max_examples=40, deadline=None)
@given(Sizes, st.integers(1, 30))
def test_every_so_many_places(lanes: Lanes, size: tuple[int, int, int], step: int):
    _, where = drawn(*size)
    assert every_place(where, step, lanes).tolist() == np.flatnonzero(where)[::step].tolist()


@settings(max_examples=40, deadline=None)
@given(Sizes)
def test_sums_are_those_of_the_whole(lanes: Lanes, size: tuple[int, int, int]):
    values, where = drawn(*size)
    where[0, 0] = True
    assert variance(values, where, lanes).tobytes() == values[where].var(axis=0).tobytes()
    plane = values[..., 2]
    assert extremes(plane, where, lanes) == (plane[where].min(), plane[where].max())
    assert extremes(plane, None, lanes) == (plane.min(), plane.max())


def test_bands_of_a_picture_are_dealt_out(lanes: Lanes):
    values, _ = drawn(60, 40, 0)
    assert lanes.over(np.sqrt, np.abs(values)).tobytes() == np.sqrt(np.abs(values)).tobytes()
    assert lanes.all(lambda band: band < 9.0, values)
    assert not lanes.all(lambda band: band < 0.5, values)


def test_a_cancel_ends_bands():
    token = CancelToken(np.zeros(1, np.int64), 1)
    seen: list[slice] = []

    def work(rows: slice) -> None:
        seen.append(rows)
        token.flag[0] = 1

    with Lanes(1, token) as own, pytest.raises(Cancelled):
        own.bands(work, 4096, 4096)
    assert len(seen) == 1
