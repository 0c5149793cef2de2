from __future__ import annotations

import weakref
from dataclasses import replace

import numpy as np
import pytest

from tests.contracts.engine import fresh_token
from velatura_backend.engines.builtin.patchmatch.atlas import whole_patches
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.patchmatch.synthesis import (
    Lattice,
    Problem,
    SynthesisSettings,
    SynthesisStage,
    synthesise,
)
from velatura_backend.engines.builtin.patchmatch.tones import Tones
from velatura_protocol.errors import Cancelled, NoSource

SETTINGS = SynthesisSettings(coarsest=16, noise=0.5, places=True)


@pytest.fixture(scope="module")
def lanes():
    with Lanes(2, fresh_token()) as made:
        yield made


def texture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Coloured spots, different from patch to patch."""
    coarse = np.random.default_rng(seed).random((height // 4 + 1, width // 4 + 1, 3))
    return coarse.repeat(4, 0).repeat(4, 1)[:height, :width].astype(np.float32)


def made(
    problem: Problem, settings: SynthesisSettings = SETTINGS, seed: int = 1, threads: int = 2
) -> SynthesisStage:
    with Lanes(threads, fresh_token()) as own:
        *_, last = synthesise(problem, settings, seed, own)
    return replace(last, colours=last.colours.copy())


def test_result_has_the_initial_pictures_size_and_stages_rise_to_one(lanes: Lanes):
    problem = Problem(texture(50, 70), texture(61, 47, 1))
    stages = list(synthesise(problem, SETTINGS, 0, lanes))
    fractions = [stage.fraction for stage in stages]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert stages[-1].scale == 1
    assert stages[-1].colours.shape == (61, 47, 3)
    assert stages[0].scale > 1
    assert [stage.places is not None for stage in stages] == [False] * (len(stages) - 1) + [True]


def test_what_is_done_with_is_not_held(lanes: Lanes):
    """The problem once its pyramid is begun, and each level's features once the stage is gone."""
    source, initial = texture(100, 90), texture(90, 100, 1)
    given = [weakref.ref(source), weakref.ref(initial)]
    stages = synthesise(Problem(source, initial), SETTINGS, 0, lanes)
    del source, initial
    levels = dict[int, weakref.ref[np.ndarray]]()
    for stage in stages:
        assert [each() for each in given] == [None, None]
        assert stage.colours.base is not None
        levels[stage.scale] = weakref.ref(stage.colours.base)
        held = {scale for scale, features in levels.items() if features() is not None}
        assert held == {stage.scale}
        del stage
    assert len(levels) == 3


def test_places_are_told_only_if_they_are_wanted(lanes: Lanes):
    problem = Problem(texture(40, 40), texture(40, 40, 1))
    *_, last = synthesise(problem, replace(SETTINGS, places=False), 0, lanes)
    assert last.places is None


def test_guides_of_places_are_the_planes_they_stand_for():
    picture = texture(70, 60)
    rows, columns = (np.linspace(0, 1, side, dtype=np.float32) for side in picture.shape[:2])
    lattice = Lattice(rows, columns)
    planes = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=2)
    assert lattice.shape == planes.shape
    few = replace(SETTINGS, noise=1.0, guide_weight=0.5)
    one, other = (
        made(Problem(picture, picture, source_guides=each, target_guides=each), few)
        for each in (lattice, planes)
    )
    assert np.array_equal(one.colours, other.colours)
    assert not np.array_equal(one.colours, made(Problem(picture, picture), few).colours)


def test_a_picture_made_of_itself_from_itself_is_itself():
    picture = texture(64, 64)
    result = made(Problem(picture, picture), replace(SETTINGS, noise=0.0, coarsest=64))
    inner = (slice(8, -8), slice(8, -8))  # there is no whole patch around a source's border
    assert np.mean(np.abs(result.colours - picture)[inner] < 0.02) > 0.95


def test_without_a_wide_vote_every_pixel_is_one_of_the_source():
    picture = texture(64, 64)
    result = made(Problem(picture, picture), replace(SETTINGS, final_reach=0))
    assert result.places is not None
    rows, columns = result.places[..., 0], result.places[..., 1]
    np.testing.assert_allclose(result.colours, picture[rows, columns], atol=1e-6)


def test_same_pixels_for_any_number_of_threads_and_others_for_another_seed():
    problem = Problem(texture(200, 150), texture(150, 200))
    one = made(problem, threads=1)
    assert np.array_equal(one.colours, made(problem, threads=3).colours)
    assert not np.array_equal(one.colours, made(problem, seed=2).colours)


def test_fixed_pixels_are_kept_to_the_last_bit():
    picture = texture(80, 80)
    fixed = np.zeros((80, 80), np.bool_)
    fixed[:, :40] = True
    result = made(Problem(picture, picture, fixed=fixed), replace(SETTINGS, screening=1e-3))
    assert np.array_equal(result.colours[fixed], picture[fixed])
    assert not np.array_equal(result.colours[~fixed], picture[~fixed])


def test_what_is_too_large_to_search_takes_over_what_was_found_below():
    picture = texture(96, 96)
    fixed = np.zeros((96, 96), np.bool_)
    fixed[:, :20] = True
    settings = replace(SETTINGS, screening=1e-2, search_pixels=3000)
    problem = Problem(picture, picture, fixed=fixed)
    result = made(problem, settings)
    assert np.array_equal(result.colours[fixed], picture[fixed])
    assert result.colours.max() <= picture.max()
    assert np.array_equal(result.colours, made(problem, settings, threads=1).colours)
    searched = made(problem, replace(settings, search_pixels=10**9))
    assert result.energy < 4.0 * searched.energy


def test_tones_are_linear_between_coarse_pixels(lanes: Lanes):
    change = np.zeros((2, 3, 1), np.float32)
    change[:, 1] = 1.0
    colours = np.zeros((4, 6, 1), np.float32)
    where = np.ones((4, 6), np.bool_)
    where[3] = False
    Tones(change, 2).apply(colours, where, lanes)
    np.testing.assert_allclose(colours[0, :, 0], [0.0, 0.25, 0.75, 0.75, 0.25, 0.0], atol=1e-6)
    assert (colours[:3] == colours[0]).all()
    assert (colours[3] == 0.0).all()


def test_what_is_absent_is_neither_made_nor_continued():
    picture = texture(80, 80)
    initial = picture.copy()
    absent = np.zeros((80, 80), np.bool_)
    absent[:, :40] = True
    initial[absent] = 7.0
    result = made(Problem(picture, initial, absent=absent), replace(SETTINGS, screening=1e-3))
    assert (result.colours[absent] == 7.0).all()
    assert result.colours[~absent].max() <= 1.0
    other = initial.copy()
    other[absent] = -7.0
    again = made(Problem(picture, other, absent=absent), replace(SETTINGS, screening=1e-3))
    assert np.array_equal(again.colours[~absent], result.colours[~absent])


def test_nothing_to_make_gives_the_initial_picture_back():
    picture = texture(40, 40)
    result = made(Problem(picture, picture, fixed=np.ones((40, 40), np.bool_)))
    assert np.array_equal(result.colours, picture)


def test_only_usable_pixels_are_copied():
    picture = texture(80, 80)
    picture[:, 40:, 0] = 9.0
    usable = np.zeros((80, 80), np.bool_)
    usable[:, :40] = True
    result = made(Problem(picture, picture, usable=usable))
    assert result.colours.max() <= 1.0
    assert result.places is not None
    assert result.places[..., 1].max() < 40


def halves() -> tuple[np.ndarray, np.ndarray]:
    """A picture that is red on its left and blue on its right, and a guide that says which."""
    picture = np.zeros((64, 64, 3), np.float32)
    picture[:, :32, 0] = picture[:, 32:, 2] = 1.0
    guide = np.zeros((64, 64, 1), np.float32)
    guide[:, 32:] = 1.0
    return picture, guide


def test_guides_say_what_goes_where():
    picture, guide = halves()
    wanted = guide.transpose(1, 0, 2).copy()  # blue below
    initial = np.full_like(picture, 0.5)
    result = made(Problem(picture, initial, source_guides=guide, target_guides=wanted))
    assert result.colours[:28, :, 0].mean() > 0.95
    assert result.colours[36:, :, 2].mean() > 0.95


def test_guides_count_where_their_map_says_so():
    picture, guide = halves()
    counts = np.zeros((64, 64), np.float32)
    initial = np.zeros_like(picture)
    initial[..., 0] = 1.0  # red wherever the guide does not say blue
    wanted = np.ones((64, 64, 1), np.float32)
    counts[:, :32] = 1.0
    settings = replace(SETTINGS, noise=0.0, guide_weight=4.0)
    problem = Problem(picture, initial, source_guides=guide, target_guides=wanted, guide_map=counts)
    result = made(problem, settings)
    assert result.colours[:, :24, 2].mean() > 0.9
    assert result.colours[:, 48:, 0].mean() > 0.9


def test_usage_spreads_what_is_copied():
    picture = texture(96, 96)
    initial = np.full_like(picture, 0.5)
    problem = Problem(picture, initial)

    def most_used(settings: SynthesisSettings) -> int:
        places = made(problem, settings).places
        assert places is not None
        flat = places[..., 0] // 8 * 12 + places[..., 1] // 8
        return int(np.bincount(flat.ravel()).max())

    plain = replace(SETTINGS, noise=0.0)
    assert most_used(replace(plain, usage=0.2)) < most_used(plain)


def test_a_source_without_a_whole_patch_is_refused(lanes: Lanes):
    with pytest.raises(NoSource):
        list(synthesise(Problem(texture(6, 30), texture(40, 40)), SETTINGS, 0, lanes))
    scattered = np.zeros((40, 40), np.bool_)
    scattered[::5] = True
    problem = Problem(texture(40, 40), texture(40, 40), usable=scattered)
    with pytest.raises(NoSource):
        list(synthesise(problem, SETTINGS, 0, lanes))
    assert not whole_patches(scattered, lanes).any()


def test_a_flag_that_is_set_stops_it():
    token = fresh_token()
    with Lanes(2, token) as own:
        stages = synthesise(Problem(texture(90, 90), texture(90, 90)), SETTINGS, 0, own)
        next(stages)
        token.flag[0] = token.serial
        with pytest.raises(Cancelled):
            next(stages)
