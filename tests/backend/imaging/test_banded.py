from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from velatura_backend.imaging import banded
from velatura_backend.imaging.banded import (
    Check,
    Work,
    all_in_bands,
    copied_in_bands,
    in_bands,
    row_bands,
)
from velatura_protocol.errors import Cancelled

SIGMA = 2.0
REACH = int(4.0 * SIGMA + 0.5)


def nobody() -> None:
    return


def shared_out(_check: Check, work: Work, parts: Sequence[slice]) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, parts))


def picture(height: int, width: int, seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    values = random.normal(0.5, 1.0, (height, width, 4)).astype(np.float32)
    values[random.random((height, width)) < 0.05] = np.nan
    return values


def worked_on(image: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    clean = np.nan_to_num(image[..., :-1], nan=0.0)
    bent = np.sign(clean) * np.abs(clean) ** np.float32(2.4) + np.exp(-np.abs(clean))
    return np.where(mask[..., None], bent, np.cbrt(clean))


def blurred(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(ndimage.gaussian_filter(plane, SIGMA, mode="reflect"), np.float32)


@pytest.fixture(autouse=True)
def small_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banded, "BAND_PIXELS", 300)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 40), st.integers(0, 9), st.booleans())
def test_bands_make_the_same_bits(height: int, width: int, seed: int, threads: bool) -> None:
    image = picture(height, width, seed)
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    deal = shared_out if threads else banded.one_by_one
    made = in_bands(nobody, worked_on, image, mask, deal=deal)
    whole = worked_on(image, mask)
    assert made.dtype == whole.dtype
    assert made.tobytes() == whole.tobytes()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 120), st.integers(1, 30), st.integers(0, 9))
def test_a_halo_hides_the_borders_of_bands(height: int, width: int, seed: int) -> None:
    plane = np.nan_to_num(picture(height, width, seed)[..., 0])
    made = in_bands(nobody, blurred, plane, halo=REACH)
    assert made.tobytes() == blurred(plane).tobytes()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 400), st.integers(1, 400), st.integers(1, 50))
def test_bands_are_the_rows_in_order(height: int, width: int, least: int) -> None:
    parts = row_bands(height, width, least)
    rows = [row for part in parts for row in range(part.start, part.stop)]
    assert rows == list(range(height))
    assert all(part.stop - part.start >= min(least, height) for part in parts)


def test_a_copy_is_a_copy() -> None:
    for height in (0, 1, 80):
        array = np.arange(height * 20, dtype=np.int32).reshape(height, 20)
        made = copied_in_bands(nobody, array)
        assert made.tobytes() == array.tobytes()
        assert not np.may_share_memory(made, array)


def test_what_is_made_of_a_small_picture_is_no_part_of_it() -> None:
    array = np.zeros((2, 2), np.float32)
    assert not np.may_share_memory(in_bands(nobody, lambda each: each, array), array)


def test_a_cancel_is_seen_between_bands() -> None:
    seen: list[int] = []

    def work(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(len(rows))
        return rows

    def check() -> None:
        if len(seen) == 3:
            raise Cancelled(phase="stepping")

    with pytest.raises(Cancelled):
        in_bands(check, work, np.zeros((300, 20), np.float32))
    assert sum(seen) <= 60


def test_all_ends_where_something_is_not() -> None:
    looked: list[int] = []

    def positive(rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        looked.append(len(rows))
        return rows > 0

    array = np.ones((90, 10), np.int64)
    assert all_in_bands(nobody, positive, array)
    assert sum(looked) == 90
    looked.clear()
    array[35, 4] = 0
    assert not all_in_bands(nobody, positive, array)
    assert sum(looked) == 60
