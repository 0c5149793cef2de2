from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, fresh_token, result_of
from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.fill import FillEngine
from velatura_backend.engines.builtin.patchmatch.field import Level, prepare_level
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.offsets import repeating_steps, start_in_step
from velatura_backend.engines.builtin.patchmatch.pyramid import Masks, assemble
from velatura_protocol.tasks import Intent, Operation

HEIGHT, WIDTH = 120, 150
DOWN, ACROSS = 9, 14


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def tiles(height: int, width: int, noise: float = 0.02) -> np.ndarray:
    """Glyphs on a grid of 9 by 14 pixels, under light that changes across."""
    generator = np.random.default_rng(5)
    glyph = generator.random((DOWN, ACROSS)) > 0.6
    rows, columns = np.arange(height) % DOWN, np.arange(width) % ACROSS
    light = np.linspace(0.6, 1.0, width)
    plain = (0.2 + 0.6 * glyph[rows][:, columns]) * light
    return (plain + generator.normal(0.0, noise, plain.shape)).astype(np.float32)


def level_of(grey: np.ndarray, lanes: Lanes) -> Level:
    hole = np.zeros(grey.shape, np.bool_)
    hole[40:80, 50:100] = True
    image = np.repeat(grey[..., None], 3, axis=2)
    return prepare_level(assemble(image, ~hole, 1.0, lanes), Masks(hole, ~hole, ~hole), lanes)


def test_steps_of_a_pattern_lie_on_its_grid(lanes):
    steps = repeating_steps(level_of(tiles(HEIGHT, WIDTH), lanes), 5, 3, lanes)
    assert steps is not None
    assert len(steps) >= 8
    best = steps[:8]
    assert not (best[:, 0] % DOWN).any()
    assert not (best[:, 1] % ACROSS).any()


@pytest.mark.parametrize("deviation", [0.0, 0.2])
def test_neither_noise_nor_a_plain_picture_repeats(lanes, deviation):
    noise = np.random.default_rng(0).normal(0.5, deviation, (HEIGHT, WIDTH)).astype(np.float32)
    assert repeating_steps(level_of(noise, lanes), 5, 3, lanes) is None


def test_a_start_in_step_copies_what_was_there(lanes):
    grey = tiles(HEIGHT, WIDTH, noise=0.0)
    level = level_of(grey, lanes)
    steps = repeating_steps(level, 5, 3, lanes)
    assert steps is not None
    start_in_step(level, steps)
    ys, xs = np.nonzero(level.field.target)
    down, across = level.field.row[ys, xs] - ys, level.field.column[ys, xs] - xs
    started = (down != -ys) | (across != -xs)
    assert started.mean() > 0.95
    assert not (down[started] % DOWN).any()
    assert not (across[started] % ACROSS).any()
    assert level.field.valid[level.field.row[ys, xs], level.field.column[ys, xs]][started].all()


def page() -> tuple[np.ndarray, np.ndarray]:
    """Lines of signs drawn at random, and which rows lie between them."""
    random = np.random.default_rng(3)
    grey, between = np.full((190, 384), 0.8, np.float32), np.ones(190, np.bool_)
    for top in range(8, 180, 13):
        between[top : top + 8] = False
        for left in range(6, 372, 6):
            if random.random() > 0.15:
                sign = random.random((8, 5)) > 0.5
                grey[top : top + 8, left : left + 5] = np.where(sign, 0.15, 0.8)
    return grey, between


@pytest.mark.usefixtures("warm")
def test_lines_of_writing_go_on_as_lines():
    grey, between = page()
    image = np.ones((*grey.shape, 4), np.float32)
    image[..., :3] = grey[..., None]
    mask = np.zeros(grey.shape, np.float32)
    mask[50:140, 140:260] = 1.0
    task = EngineTask(Operation.FILL, Intent.REMOVE, image, mask, 0)
    result = result_of(list(FillEngine().run(task, RecordingContext(previews=False)))).image
    ink = np.asarray(result)[50:140, 140:260, 0] < 0.45
    assert ink[between[50:140]].mean() < 0.004
    assert ink[~between[50:140]].mean() > 0.3
