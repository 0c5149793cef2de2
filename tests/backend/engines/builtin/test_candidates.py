from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.candidates import Candidate, Contest, copied
from velatura_backend.engines.builtin.patchmatch.distance import RADIUS
from velatura_backend.engines.builtin.patchmatch.field import Level, prepare_level
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.pyramid import Masks, assemble

SIDE = 40
CONTEST = Contest(channels=5, colours=3, dearest=1.75, close=1.1)


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


@pytest.fixture(scope="module")
def level(lanes) -> Level:
    hole = np.zeros((SIDE, SIDE), np.bool_)
    hole[12:28, 12:28] = True
    image = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    return prepare_level(assemble(image, ~hole, 1.0, lanes), Masks(hole, ~hole, ~hole), lanes)


def filled(level: Level, deviation: float, energy: float) -> Candidate:
    own = copied(level)
    planes = own.field.features.reshape(SIDE + 2 * RADIUS, -1, 5)
    noise = np.random.default_rng(0).normal(0.5, deviation, (*own.hole.shape, 1))
    planes[own.hole, :3] = noise[own.hole]
    return Candidate(own, energy)


def test_the_only_one_goes_on(level, lanes):
    only = filled(level, 0.1, 1.0)
    assert CONTEST.ranked([only], lanes) == [only]


def test_what_is_smooth_does_not_win_by_fitting_a_little_better(level, lanes):
    smooth, rough = filled(level, 0.05, 1.0), filled(level, 0.1, 1.2)
    assert CONTEST.ranked([smooth, rough], lanes) == [rough]


def test_what_fits_much_worse_is_not_saved_by_being_rough(level, lanes):
    smooth, rough = filled(level, 0.02, 1.0), filled(level, 0.4, 1.8)
    assert CONTEST.ranked([smooth, rough], lanes) == [smooth]


def test_the_runner_up_stays_if_it_is_close(level, lanes):
    best, close, far = (filled(level, 0.1, energy) for energy in (1.0, 1.05, 1.2))
    assert CONTEST.ranked([far, close, best], lanes) == [best, close]


def test_a_copy_is_its_own(level):
    own = copied(level)
    own.field.features[:] = 9.0
    own.field.row[:] = 9
    assert level.field.features.max() < 9.0
    assert level.field.row.max() < 9
    assert own.hole is level.hole
