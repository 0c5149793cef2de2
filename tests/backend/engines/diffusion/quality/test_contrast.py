"""The step along an outline is told from the texture that runs across it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from velatura_backend.engines.diffusion.quality.contrast import common_step

SIDE = 256
STEP = np.array((0.03, 0.02, 0.028), np.float32)
EVERYWHERE = np.ones((SIDE, SIDE), bool)


def hole(row: float = 128.0, column: float = 122.0, radius: float = 70.0) -> np.ndarray:
    ys, xs = np.mgrid[0:SIDE, 0:SIDE]
    angle = np.arctan2(ys - row, xs - column)
    return np.hypot(ys - row, xs - column) < radius * (1.0 + 0.1 * np.cos(3.0 * angle))


def gravel(seed: int) -> np.ndarray:
    """Stones of about ten pixels: strips along the outline differ by more than ``STEP`` by chance
    alone."""
    random = np.random.default_rng(seed)
    stones = ndimage.gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), 4.0)
    fine = ndimage.gaussian_filter(random.normal(0, 1, (SIDE, SIDE)), 0.8)
    grey = 0.45 + 0.15 * stones / stones.std() + 0.02 * fine / fine.std()
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)


def found(painted: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return common_step(painted.astype(np.float32), picture, mask, EVERYWHERE, 32)


def decoded(picture: np.ndarray) -> np.ndarray:
    """A little softer."""
    return np.asarray(ndimage.gaussian_filter(picture, 0.8, axes=(0, 1)), np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_four_fifths_of_a_step_are_found_on_texture(seed: int):
    picture, mask = gravel(seed), hole()
    painted = np.where(mask[..., None], decoded(picture) - STEP, decoded(picture))
    assert np.linalg.norm(found(painted, picture, mask) - STEP) < 0.2 * np.linalg.norm(STEP)


@pytest.mark.parametrize("seed", range(5))
def test_where_there_is_no_step_none_is_found(seed: int):
    picture = gravel(seed)
    assert np.abs(found(decoded(picture), picture, hole())).max() < 1.5 / 255.0


@pytest.mark.parametrize("seed", range(5))
def test_another_texture_of_the_same_tone_is_left_alone(seed: int):
    """It does not continue what is around: nothing is certain then but what is large."""
    picture, other = gravel(seed), gravel(seed + 100)
    painted = np.where(hole()[..., None], other, picture)
    assert np.abs(found(painted, picture, hole())).max() < 0.5 * STEP.max()


def test_an_object_that_begins_at_a_third_of_the_outline_does_not_count():
    picture, mask = gravel(1), hole()
    painted = np.where(mask[..., None], decoded(picture) - STEP, decoded(picture))
    painted[:, :90] = np.where(mask[:, :90, None], np.float32(0.9), painted[:, :90])
    assert np.linalg.norm(found(painted, picture, mask) - STEP) < 0.35 * np.linalg.norm(STEP)


def test_what_is_unknown_says_nothing():
    picture, mask = gravel(2), hole()
    painted = np.where(mask[..., None], decoded(picture) - STEP, decoded(picture))
    known = EVERYWHERE.copy()
    known[:, :90] = False
    other = picture.copy()
    other[:, :90] = np.nan
    ways = [common_step(painted, each, mask, known, 32) for each in (picture, other)]
    assert np.array_equal(*ways)
    assert np.abs(ways[0]).max() > 0.0


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (2, 40), (12, 12), (13, 13)])
def test_masks_too_small_to_tell(shape: tuple[int, int]):
    image = np.random.default_rng(0).random((*shape, 3), np.float32)
    mask = np.zeros(shape, bool)
    mask[: shape[0] // 2 + 1] = True
    assert not common_step(image, image - 0.1, mask, np.ones(shape, bool), 32).any()


def test_flat_colour():
    flat, mask = np.full((SIDE, SIDE, 3), 0.6, np.float32), hole()
    painted = np.where(mask[..., None], flat - STEP, flat)
    assert np.abs(found(flat, flat, mask)).max() < 1e-6
    np.testing.assert_allclose(found(painted, flat, mask), STEP, atol=0.003)
