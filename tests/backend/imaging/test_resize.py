from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from velatura_backend.imaging import arrays, banded
from velatura_backend.imaging.resize import (
    Filter,
    fitted,
    resampled,
    resize,
    resize_mask,
    resized_strips,
)
from velatura_protocol.geometry import Size


@pytest.mark.parametrize("kernel", Filter)
def test_a_flat_colour_stays_flat_beyond_the_range_too(kernel):
    image = np.full((7, 9, 4), (-0.5, 0.25, 3.0, 1.0), np.float32)
    for size in (Size(3, 2), Size(20, 15), Size(1, 1), Size(40, 3)):
        made = resize(image, size, kernel)
        assert made.shape == (size.height, size.width, 4)
        assert made.dtype == np.float32
        assert np.abs(made - image[0, 0]).max() < 1e-5


def test_reducing_does_not_alias():
    stripes = np.ones((64, 64, 2), np.float32)
    stripes[:, ::2, 0] = 0
    assert np.abs(resize(stripes, Size(16, 64))[:, 2:-2, 0] - 0.5).max() < 0.05


def test_hidden_colour_does_not_bleed():
    image = np.zeros((8, 8, 4), np.float32)
    image[:, :4] = (1, 0, 0, 1)
    image[:, 4:] = (0, 50, 0, 0)
    made = resize(image, Size(3, 3), Filter.BILINEAR)
    assert made[..., 1].max() == 0
    assert made[..., 0][made[..., 3] > 0] == pytest.approx(1)
    assert made[..., 3].min() == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.sampled_from(Filter), st.integers(1, 30), st.integers(1, 30))
def test_alpha_and_masks_stay_in_range(seed, kernel, width, height):
    image = np.random.default_rng(seed).random((11, 13, 2), np.float32).round(0)
    made = resize(image, Size(width, height), kernel)
    assert np.isfinite(made).all()
    mask = resize_mask(image[..., 1], Size(width, height), kernel)
    for alpha in (made[..., 1], mask):
        assert 0 <= alpha.min() <= alpha.max() <= 1


def test_the_same_size_is_a_copy():
    image = np.random.default_rng(1).random((5, 6, 4), np.float32)
    made = resize(image, Size(6, 5))
    assert np.array_equal(made, image)
    assert not np.shares_memory(made, image)
    assert np.array_equal(resize_mask(image[..., 0], Size(6, 5)), image[..., 0])


def test_fitting_into_a_square_keeps_the_shape():
    assert fitted(Size(4000, 3000), 256) == Size(256, 192)
    assert fitted(Size(30000, 60), 256) == Size(256, 1)
    assert fitted(Size(100, 80), 256) == Size(100, 80)


@pytest.mark.parametrize("kernel", list(Filter))
@pytest.mark.parametrize("after", [Size(31, 50), Size(9, 7), Size(60, 130), Size(31, 7)])
@pytest.mark.parametrize("rows", [1, 7, 500])
def test_strips_are_resized_as_the_whole_is(
    monkeypatch: pytest.MonkeyPatch, kernel: Filter, after: Size, rows: int
) -> None:
    monkeypatch.setattr(arrays, "_BAND_PIXELS", 300)
    image = np.random.default_rng(1).random((47, 31, 4), dtype=np.float32)
    image[..., 3] = 0.5 + image[..., 3] / 2  # what is divided by alpha is far from 0 / 0
    strips = (image[top : top + rows] for top in range(0, 47, rows))
    found = np.concatenate(list(resized_strips(strips, Size(31, 47), after, kernel)))
    np.testing.assert_allclose(found, resize(image, after, kernel), rtol=1e-4, atol=2e-5)


def test_strips_of_another_picture_are_refused() -> None:
    image = np.ones((10, 12, 4), np.float32)
    for strips, before in (([image], Size(12, 11)), ([image], Size(13, 10))):
        with pytest.raises(ValueError, match="for a picture of"):
            list(resized_strips(strips, before, Size(6, 5)))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(Filter), st.tuples(*[st.integers(1, 60)] * 4),
    st.tuples(*[st.floats(0.0, 0.6)] * 2, *[st.floats(0.65, 1.0)] * 2) | st.none(),
)  # fmt: skip
def test_resampled_in_parts_is_the_same_to_the_last_bit(kernel, sizes, shares):
    height, width, rows, columns = sizes
    image = np.random.default_rng(height).normal(0, 2, (height, width, 2)).astype(np.float32)
    box = None
    if shares is not None:
        box = tuple(a * b for a, b in zip(shares, (width, height, width, height), strict=True))
    planes = [Image.fromarray(np.ascontiguousarray(image[..., c])) for c in range(2)]
    whole = [np.asarray(each.resize((columns, rows), kernel.value, box)) for each in planes]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(banded, "BAND_PIXELS", 100)
        made = resampled(image, Size(columns, rows), kernel, box, lambda: None)
    assert np.array_equal(made, np.dstack(whole))
