from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext
from velatura_backend.engines import registry
from velatura_backend.engines.builtin.cut_out import (
    edges,
    engine,
    foreground,
    likeness,
    matting,
    outline,
    sampling,
    scales,
    trimap,
    windows,
)
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    with Lanes(1, RecordingContext().cancel) as opened:
        yield opened


def halves(side: int = 60):
    """Red on the left, blue on the right, and a soft step of eight pixels between."""
    alpha = np.clip((side / 2 + 4 - np.arange(side)) / 8, 0, 1).astype(np.float32)
    alpha = np.repeat(alpha[None], side, axis=0)
    colours = np.array(((0.8, 0.2, 0.1), (0.1, 0.2, 0.7)), np.float32)
    mixed = alpha[..., None] * colours[0] + (1 - alpha[..., None]) * colours[1]
    return mixed.astype(np.float32), alpha, colours


def states_of(alpha):
    return np.where((alpha > 0) & (alpha < 1), trimap.UNKNOWN, alpha > 0).astype(np.uint8)


def test_a_mixture_of_two_flat_colours_is_unmixed(lanes):
    image, alpha, _ = halves()
    found = matting.solve_matte(image, states_of(alpha), np.zeros_like(alpha), lanes)
    assert np.abs(found - alpha).max() < 0.03


def test_the_product_without_a_matrix_is_the_matrixs(lanes):
    """Against the matting Laplacian as it is written in the paper, on a tiny picture."""
    side = 7
    image = np.random.default_rng(0).random((side, side, 3), dtype=np.float32)
    values = np.random.default_rng(1).random((side, side)).astype(np.float32)
    states = np.full((side, side), trimap.UNKNOWN, np.uint8)
    system = matting._System(
        np.pad(image, ((1, 1), (1, 1), (0, 0))),
        np.pad(states, 1),
        np.zeros((side + 2, side + 2), np.float32),
        lanes,
    )
    product = np.zeros((side + 2, side + 2), np.float32)
    system.multiply(np.pad(values, 1), product)
    matrix = _laplacian(image.astype(np.float64), matting._NOISE)
    assert np.abs(product[1:-1, 1:-1].ravel() - matrix @ values.ravel()).max() < 1e-3
    diagonal = 1.0 / system.inverse_diagonal()[1:-1, 1:-1].ravel()
    assert np.abs(diagonal - np.diag(matrix)).max() < 1e-3


def _laplacian(image, noise):
    side = image.shape[0]
    matrix = np.zeros((side * side, side * side))
    for y in range(1, side - 1):
        for x in range(1, side - 1):
            where = [(y + dy) * side + x + dx for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
            colours = image.reshape(-1, 3)[where]
            away = colours - colours.mean(axis=0)
            inverse = np.linalg.inv(away.T @ away / 9 + noise * np.eye(3))
            matrix[np.ix_(where, where)] += np.eye(9) - (1 + away @ inverse @ away.T) / 9
    return matrix


def test_window_statistics_are_means_and_inverse_covariances():
    image = np.random.default_rng(2).random((3, 3, 3), dtype=np.float32)
    means, inverses = np.zeros((3, 3, 3), np.float32), np.zeros((3, 3, 6), np.float32)
    first, columns = np.array((0, 0, 1, 1), np.int32), np.array((1,), np.int32)
    flag = np.zeros(1, np.int64)
    windows.window_statistics(0, 3, flag, 1, image, first, columns, 1e-3, means, inverses)
    flat = image.reshape(9, 3).astype(np.float64)
    away = flat - flat.mean(axis=0)
    inverse = np.linalg.inv(away.T @ away / 9 + 1e-3 * np.eye(3))
    assert np.abs(means[1, 1] - flat.mean(axis=0)).max() < 1e-6
    wanted = inverse[(0, 0, 0, 1, 1, 2), (0, 1, 2, 1, 2, 2)]
    assert np.abs(inverses[1, 1] - wanted).max() < 1e-2 * np.abs(wanted).max()


def test_the_subjects_colours_come_back(lanes):
    image, alpha, colours = halves()
    result = image.copy()
    foreground.own_colours(image, alpha, alpha.shape, result, lanes)
    soft = (alpha > 0.1) & (alpha < 1)
    assert np.abs(result[soft] - colours[0]).mean() < 0.3 * np.abs(image[soft] - colours[0]).mean()
    assert np.array_equal(result[alpha == 0], image[alpha == 0])


def test_evidence_speaks_for_the_side_a_colour_was_seen_on(lanes):
    image, alpha, _ = halves()
    evidence = likeness.Likeness(image, lanes).evidence(alpha, 1 - alpha, 2.0)
    assert evidence[:, :20].min() > 2.0
    assert evidence[:, 40:].max() < -2.0


@pytest.mark.parametrize("brightest", [0.3, 1.0])
def test_evidence_from_few_colours_of_the_histogram_is_that_from_all_of_it(
    lanes, monkeypatch, brightest: float
):
    """To the last bit: what is left out is empty, before and after it is blurred."""
    image = np.random.default_rng(3).random((40, 30, 3), np.float32) * np.float32(brightest)
    subject = np.random.default_rng(4).random((40, 30), np.float32)
    few = likeness.Likeness(image, lanes)
    sides = [part.stop - part.start for part in few.box]
    assert np.prod(sides) < np.prod(likeness._SHAPE)
    monkeypatch.setattr(likeness, "_box", lambda _: tuple(map(slice, [0] * 5, likeness._SHAPE)))
    whole = likeness.Likeness(image, lanes)
    for reach in (4.0, 1.8):
        found, wanted = (each.evidence(subject, 1 - subject, reach) for each in (few, whole))
        assert np.array_equal(found, wanted)


def test_an_outline_lies_on_the_edge(lanes):
    image, alpha, _ = halves()
    selected = np.zeros(alpha.shape, np.bool_)
    selected[:, :46] = True
    nothing = np.zeros_like(selected)
    *_, found = outline.find_outline(image, outline.Hints(selected, nothing, nothing), False, lanes)
    wrong = (found.inside > 0.5) != (alpha > 0.5)
    assert wrong.mean() < 0.08


def test_the_band_around_an_outline_is_unknown(lanes):
    inside = np.zeros((40, 40), np.float32)
    inside[:, :20] = 1.0
    unsure = np.zeros_like(inside)
    around = trimap.Surroundings.of(inside, unsure, unsure + 1.0)
    states = trimap.make_trimap(around, 5.0, (40, 40), lanes).states
    assert (states[:, 15:25] == trimap.UNKNOWN).all()
    assert (states[:, :14] == trimap.SUBJECT).all()
    assert (states[:, 26:] == trimap.BACKGROUND).all()


def test_the_band_is_narrow_where_both_sides_look_alike(lanes):
    inside = np.zeros((80, 80), np.float32)
    inside[:, :40] = 1.0
    evidence = np.where(inside > 0, 4.0, -4.0).astype(np.float32)
    evidence[40:] = 0.3
    around = trimap.Surroundings.of(inside, evidence, np.ones_like(inside))
    states = trimap.make_trimap(around, 8.0, (80, 80), lanes).states
    assert (states[:20, 33:47] == trimap.UNKNOWN).all()
    assert (np.count_nonzero(states[60:] == trimap.UNKNOWN, axis=1) <= 4).all()


def test_half_the_states_are_known_only_where_all_four_agree():
    states = np.array(((1, 1, 0, 0), (1, 1, 0, 1)), np.uint8)
    assert trimap.halved_states(states).tolist() == [[trimap.SUBJECT, trimap.UNKNOWN]]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (20, 31)])
def test_resampling_keeps_what_is_even(size, lanes):
    values = np.full((20, 31, 3), 0.25, np.float32)
    assert np.abs(sampling.shrunk(values, size, lanes) - 0.25).max() < 1e-6
    back = sampling.enlarged(sampling.shrunk(values, size, lanes), (20, 31), lanes)
    assert back.shape == values.shape
    assert np.abs(back - 0.25).max() < 1e-6


def test_sizes_are_bounded(lanes):
    image = np.ones((600, 500, 4), np.float32)
    work = scales.work_on(image, lanes)
    assert work.medium_size == work.size == (600, 500)
    assert work.small_size[0] * work.small_size[1] <= 66_000
    assert not work.is_reduced


def test_edges_move_as_asked_and_ends_stay():
    matte = np.linspace(0, 1, 11, dtype=np.float32)[None]
    assert edges.adjusted(matte, 0.0, 0.0) is matte
    for shift, contrast in ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.5, 0.5)):
        moved = edges.adjusted(matte, shift, contrast)
        assert moved[0, 0] == 0.0
        assert moved[0, -1] == 1.0
        assert np.all(np.diff(moved[0]) >= 0)
    assert edges.adjusted(matte, 1.0, 0.0)[0, 5] > 0.5 > edges.adjusted(matte, -1.0, 0.0)[0, 5]


def test_the_registered_engine_is_this_one():
    assert isinstance(registry.create("builtin_cut_out"), engine.CutOutEngine)
