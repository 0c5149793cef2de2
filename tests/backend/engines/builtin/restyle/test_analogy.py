from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.restyle.analogy import (
    MOST_PIXELS,
    Analogy,
    analogy,
    resized_style,
    style_scale,
    working_content,
)
from velatura_backend.engines.builtin.restyle.paint.guide import Reduced


@pytest.fixture
def lanes():
    with Lanes(1, CancelToken(np.zeros(1, np.int64), 1)) as made:
        yield made


def reduced_of(height: int, width: int) -> Reduced:
    return Reduced(np.zeros((height, width, 3), np.float32), 1.0)


def test_a_large_painting_is_brought_to_the_pictures_size():
    style = np.ones((4000, 3000, 4), np.float32)
    scale = style_scale(style, reduced_of(500, 500), 1.0)
    assert 0.9 < scale * (4000 * 3000) ** 0.5 / 500 < 1.1
    assert style_scale(style, reduced_of(500, 500), 0.5) == pytest.approx(scale / 2)


def test_a_swatch_stays_as_it_is():
    assert style_scale(np.ones((64, 64, 4), np.float32), reduced_of(500, 500), 1.0) == 1.0


def test_a_style_is_never_made_too_large_or_too_small(lanes):
    style = np.ones((1000, 1000, 4), np.float32)
    assert style_scale(style, reduced_of(1000, 1000), 4.0) * 1000 <= MOST_PIXELS**0.5 + 1
    assert min(resized_style(style, 0.001, lanes).shape[:2]) >= 28
    assert resized_style(np.ones((9, 5, 4), np.float32), 0.5, lanes).shape[:2] == (9, 5)


def test_large_pictures_are_worked_on_reduced(lanes):
    content = working_content(np.ones((1500, 1500, 4), np.float32), lanes)
    assert content.colour.shape[:2] == (750, 750)
    assert content.factor == 2.0


def test_lights_and_darks_find_their_like(lanes):
    """A style of hatching on the left and blank paper on the right, after a picture dark above."""
    style = np.full((96, 96, 3), 0.95, np.float32)
    style[:, :48:2] = 0.05
    content = np.full((64, 64, 3), 0.95, np.float32)
    content[:32] = 0.5
    task = Analogy(Reduced(content, 1.0), style, np.ones((96, 96), np.bool_), 0.7, 0.5, 0)
    *_, last = analogy(task, lanes)
    assert last.fraction == 1.0
    assert last.colours[4:28].mean() < 0.7 < 0.85 < last.colours[36:60].mean()
