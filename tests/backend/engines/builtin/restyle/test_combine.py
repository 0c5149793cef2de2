from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.restyle.analogy import fine_lines
from velatura_backend.engines.builtin.restyle.combine import combined
from velatura_backend.engines.builtin.restyle.paint.guide import reduced


@pytest.fixture
def lanes():
    with Lanes(2, CancelToken(np.zeros(1, np.int64), 1)) as made:
        yield made


def test_a_painting_of_the_same_size_is_taken_as_it_is(lanes):
    generator = np.random.default_rng(0)
    image = generator.random((20, 30, 4), dtype=np.float32)
    painting = generator.random((20, 30, 3), dtype=np.float32)
    result = combined(image, painting, 1.0, lanes)
    assert np.allclose(result[..., :3], painting, atol=1e-6)
    assert np.array_equal(result[..., 3], image[..., 3])


def test_a_smaller_painting_is_enlarged_without_a_shift(lanes):
    ramp = np.linspace(0.0, 1.0, 16, dtype=np.float32)[None, :, None]
    painting = np.ascontiguousarray(np.broadcast_to(ramp, (8, 16, 3)))
    result = combined(np.zeros((32, 64, 4), np.float32), painting, 1.0, lanes)[..., 0]
    assert np.allclose(result.mean(), 0.5, atol=1e-3)
    assert np.allclose(result + result[:, ::-1], 1.0, atol=1e-5)


def test_grey_gets_the_paintings_luminance(lanes):
    image = np.full((4, 4, 2), 0.5, np.float32)
    painting = np.zeros((4, 4, 3), np.float32)
    painting[..., 1] = 1.0
    assert np.allclose(combined(image, painting, 1.0, lanes)[..., 0], 0.7152, atol=1e-4)


def test_what_is_beyond_white_stays_beyond_and_what_is_no_number_stays(lanes):
    image = np.full((1, 3, 4), 0.5, np.float32)
    image[0, 0, 0], image[0, 1, 1] = 3.0, np.nan
    painting = np.full((1, 3, 3), 0.25, np.float32)
    result = combined(image, painting, 0.5, lanes)
    assert result[0, 0, 0] == pytest.approx(3.0 + 0.5 * (0.25 - 1.0))
    assert np.isnan(result[0, 1, 1])
    assert result[0, 2, 2] == pytest.approx(0.375)


def test_lines_finer_than_the_painting_are_laid_over(lanes):
    image = np.ones((80, 80, 4), np.float32)
    image[..., :3] = 0.5
    image[:, 40, :3] = 0.2
    content = reduced(image, lanes, 4)
    painted = np.full((20, 20, 3), 0.6, np.float32)
    plain = combined(image, painted, 1.0, lanes)
    assert np.ptp(plain[..., 0]) < 1e-5
    fine = fine_lines(content, 1.0, lanes)
    lined = combined(image, painted, 1.0, lanes, fine)
    assert lined[40, 40, 0] < 0.57
    assert lined[40, 41, 0] > 0.59
    assert abs(lined[40, 5, 0] - 0.6) < 0.01
    assert np.array_equal(lined[..., 3], image[..., 3])
    assert fine_lines(reduced(image, lanes, 1), 1.0, lanes) is None
