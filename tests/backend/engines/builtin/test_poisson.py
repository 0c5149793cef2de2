from __future__ import annotations

import numpy as np
import pytest

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.poisson import poisson_finish
from velatura_backend.engines.builtin.patchmatch.unknowns import build_system

SIDE = 96


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def finished(picture, hole, lanes, tolerance=1.0, by_stretch=True):
    """The finish over a copied plain piece: every wanted step is 0."""
    present = np.zeros(hole.shape, np.bool_)
    present[1:-1, 1:-1] = True
    system = build_system(hole, present, 1, lanes)
    steps = np.zeros((len(system.places), 4, 1), np.float32)
    features = picture.copy()
    poisson_finish(
        features, system, present, 1, steps, 1e-3, 200, lanes, tolerance, by_stretch=by_stretch
    )
    return features


def sky_with_hole(copied: float):
    hole = np.zeros((SIDE, SIDE), np.bool_)
    hole[20:70, 20:76] = True
    return np.where(hole, np.float32(copied), np.float32(0.7)).astype(np.float32), hole


def test_copied_tones_are_brought_to_those_around_the_hole(lanes):
    picture, hole = sky_with_hole(copied=0.66)
    error = np.abs(finished(picture, hole, lanes) - 0.7)[hole]
    assert error.max() < 0.02


@pytest.mark.parametrize("by_stretch", [False, True])
def test_an_object_that_stays_does_not_glow_into_the_hole(lanes, by_stretch):
    picture, hole = sky_with_hole(copied=0.66)
    picture[70:, 38:56] = 0.1  # what is left of a mast, cut by the hole's lower border
    result = finished(picture, hole, lanes, by_stretch=by_stretch)
    assert np.abs(result - 0.7)[hole].max() < 0.06
    glowing = finished(picture, hole, lanes, tolerance=100.0)
    assert np.abs(glowing - 0.7)[hole].max() > 0.4


def test_a_different_copy_everywhere_is_still_no_edge(lanes):
    """Where nothing fits, the misfit is the rule, and tones are to be made up for."""
    picture, hole = sky_with_hole(copied=0.3)
    error = np.abs(finished(picture, hole, lanes) - 0.7)[hole]
    assert error.max() < 0.15


def test_texture_that_misses_its_border_is_joined_to_it(lanes):
    """Light or dark by chance from pixel to pixel, and darker than its surroundings on the whole:
    the tone is made up for."""
    picture, hole = sky_with_hole(copied=0.62)
    rough = np.random.default_rng(0).normal(0.0, 0.15, hole.shape).astype(np.float32)
    picture = np.where(hole, picture, picture + rough)
    result = finished(picture, hole, lanes)
    assert abs(float(result[hole].mean()) - 0.7) < 0.03
