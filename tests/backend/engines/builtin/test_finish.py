from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.candidates import copied
from velatura_backend.engines.builtin.patchmatch.distance import RADIUS
from velatura_backend.engines.builtin.patchmatch.field import Level, prepare_level
from velatura_backend.engines.builtin.patchmatch.finish import finish
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.outcome import (
    colours_of,
    guess_mean,
    origins_of,
    variance_of,
)
from velatura_backend.engines.builtin.patchmatch.pyramid import Masks, assemble, value_range
from velatura_backend.engines.builtin.patchmatch.stages import Settings

SIDE, ACROSS = 60, 25
HOLE = np.zeros((SIDE, SIDE), np.bool_)
HOLE[20:40, 30:45] = True
MASKS = Masks(HOLE, ~HOLE, ~HOLE)


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def picture() -> np.ndarray:
    """Texture that is lighter to the right by 0.1 in 25 pixels."""
    random = np.random.default_rng(0)
    ramp = np.linspace(0.2, 0.2 + 0.1 * SIDE / ACROSS, SIDE)
    return (ramp[None, :, None] + random.normal(0.0, 0.02, (SIDE, SIDE, 3))).astype(np.float32)


def copying(image: np.ndarray, lanes: Lanes) -> Level:
    """Every patch copied from 25 pixels to its left."""
    level = copied(prepare_level(assemble(image, ~HOLE, 1.0, lanes), MASKS, lanes))
    ys, xs = np.nonzero(level.field.target)
    level.field.row[ys, xs], level.field.column[ys, xs] = ys, xs - ACROSS
    return level


def test_without_a_finish_pieces_are_copied_as_they_are(lanes):
    image = picture()
    level = copying(image, lanes)
    settings = replace(Settings(), screening=None)
    finish(level, 5, 3, 1.0, False, settings, value_range(image, ~HOLE), lanes)
    done = colours_of(level.field.features, 5, 3)
    np.testing.assert_allclose(done[HOLE], np.roll(image, ACROSS, axis=1)[HOLE], rtol=1e-6)
    origins = origins_of(level.field, done, 5)
    ys, xs = np.nonzero(HOLE)
    np.testing.assert_array_equal(origins.column[ys, xs], xs - ACROSS)
    np.testing.assert_allclose(origins.tone[HOLE], 0.0, atol=1e-6)


def test_the_finish_brings_tones_up_to_those_around_the_hole(lanes):
    image = picture()
    level = copying(image, lanes)
    finish(level, 5, 3, 1.0, False, Settings(), value_range(image, ~HOLE), lanes)
    done = colours_of(level.field.features, 5, 3)
    assert abs(float((done - image)[HOLE].mean())) < 0.03
    np.testing.assert_allclose(origins_of(level.field, done, 5).tone[HOLE].mean(), 0.1, atol=0.03)


def test_no_value_goes_beyond_what_may_be_copied(lanes):
    level = copying(picture(), lanes)
    least, most = np.full(3, 0.3, np.float32), np.full(3, 0.31, np.float32)
    finish(level, 5, 3, 1.0, False, Settings(), (least, most), lanes)
    inside = colours_of(level.field.features, 5, 3)[HOLE]
    assert inside.min() >= least[0]
    assert inside.max() <= most[0]


def test_the_guess_is_the_mean_of_what_is_known(lanes):
    image = picture()
    features = assemble(image, ~HOLE, 1.0, lanes)
    guess_mean(features, MASKS, 5)
    guessed = features.reshape(SIDE + 2 * RADIUS, -1, 5)[RADIUS:-RADIUS, RADIUS:-RADIUS, :3][HOLE]
    np.testing.assert_allclose(guessed, np.broadcast_to(image[~HOLE].mean(axis=0), guessed.shape),
                               rtol=1e-4)  # fmt: skip


def test_variance_is_that_of_what_may_be_copied():
    image = picture()
    wanted = float(image[~HOLE].var(axis=0).sum())
    assert variance_of(image, ~HOLE) == pytest.approx(wanted, abs=2e-4)
