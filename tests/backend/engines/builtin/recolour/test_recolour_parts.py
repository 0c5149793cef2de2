from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.contracts.engine import RecordingContext, picture
from velatura_backend.engines import registry
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.recolour import (
    colourise,
    engine,
    extraction,
    harmony,
    mixing,
    oklab,
    propagate,
    snap,
)
from velatura_backend.imaging.palettes import from_hex


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    with Lanes(1, RecordingContext().cancel) as opened:
        yield opened


def flats(*colours: str, side: int = 30):
    """Stripes of equal width."""
    image = np.ones((side, side * len(colours), 4), np.float32)
    for index, value in enumerate(from_hex(colours)):
        image[:, index * side : (index + 1) * side, :3] = value
    return image


def test_oklab_is_as_published_and_can_be_undone():
    """Values for white and for the primaries as the author's formulae give them."""
    lab = oklab.to_oklab(np.array([(1.0, 1.0, 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]))
    assert np.abs(lab[0] - (1.0, 0.0, 0.0)).max() < 1e-4
    assert np.abs(lab[1] - (0.62796, 0.22486, 0.12585)).max() < 1e-4
    assert np.abs(lab[2] - (0.45201, -0.03246, -0.31153)).max() < 1e-4
    colours = np.random.default_rng(0).random((50, 3))
    assert np.abs(oklab.from_oklab(oklab.to_oklab(colours)) - colours).max() < 1e-6


def test_kernels_see_the_same_oklab():
    table = oklab.decoding_table()
    for colour in np.random.default_rng(1).random((20, 3)):
        assert (
            np.abs(np.array(oklab.oklab_of(*colour, table)) - oklab.to_oklab(colour)).max() < 1e-4
        )


def test_chroma_is_fitted_at_the_same_lightness_and_hue():
    wild = np.array([(0.5, 0.3, 0.3), (0.9, -0.3, 0.0), (0.5, 0.02, 0.01)])
    fitted = oklab.fitted_chroma(wild)
    colours = oklab.from_oklab(fitted)
    assert colours.min() > -1e-3
    assert colours.max() < 1 + 1e-3
    assert np.array_equal(fitted[:, 0], wild[:, 0])
    assert np.array_equal(fitted[2], wild[2])
    assert np.abs(np.arctan2(*fitted[:, 1:].T) - np.arctan2(*wild[:, 1:].T)).max() < 1e-6


def test_flat_colours_are_found_exactly():
    colours = ("#102030", "#d02020", "#f0f0f0")
    found = extraction.extract(flats(*colours), None, 0)
    assert len(found) == 3
    for value in from_hex(colours):
        assert np.abs(found.colours - value).max(axis=1).min() < 1e-6
    assert np.abs(found.weights - 1 / 3).max() < 0.02


def test_a_small_but_different_area_is_a_colour_too():
    image = flats("#808080", "#909090", side=60)
    image[20:27, 20:27, :3] = from_hex(("#e00000",))[0]
    found = extraction.extract(image, None, 3)
    assert np.abs(found.colours - from_hex(("#e00000",))).max(axis=1).min() < 0.02


def test_nothing_visible_has_no_colours():
    image = flats("#808080")
    image[..., 3] = 0.0
    assert len(extraction.extract(image, None, 0)) == 0


@pytest.mark.parametrize(
    "kind", ["rotate", "complementary", "analogous", "triadic", "split", "square", "single"]
)
def test_harmonies_keep_lightness_and_stay_in_gamut(kind):
    palette = extraction.extract(flats("#d02020", "#2040c0", "#30a040", "#f0f0f0"), None, 0)
    for seed in range(5):
        new = harmony.harmonised(palette, kind, seed)
        assert new.min() >= 0.0
        assert new.max() <= 1.0
        assert np.abs(oklab.to_oklab(new)[:, 0] - palette.lab[:, 0]).max() < 0.01


def test_one_hue_is_one_hue():
    palette = extraction.extract(flats("#d02020", "#c05020", "#e0a030"), None, 0)
    lab = oklab.to_oklab(harmony.harmonised(palette, "single", 3))
    angles = np.arctan2(lab[:, 2], lab[:, 1])
    assert np.ptp(np.unwrap(np.sort(angles))) < 0.6


def test_a_given_palette_is_matched_dark_to_dark():
    palette = extraction.extract(flats("#101010", "#808080", "#f0f0f0"), None, 0)
    given = from_hex(("#ffffcc", "#200020", "#a06060"))
    new = harmony.matched(palette, given, 0)
    order = np.argsort(palette.lab[:, 0])
    assert np.all(np.diff(oklab.to_oklab(new)[order, 0]) > 0)


def test_a_mixture_of_two_colours_becomes_the_same_mixture(lanes):
    old, new = from_hex(("#202020", "#e0c080")), from_hex(("#600000", "#80e0ff"))
    share = np.linspace(0, 1, 200, dtype=np.float32)[None, :, None]
    image = np.ones((1, 200, 4), np.float32)
    image[..., :3] = old[0] + share * (old[1] - old[0])
    change = mixing.change_of(image, old, new, np.zeros(2, np.bool_), lanes)
    result = mixing.apply(image, change, lanes)
    assert np.abs(result[..., :3] - (new[0] + share * (new[1] - new[0]))).max() < 0.012


def test_a_change_is_smooth_in_colour(lanes):
    old = from_hex(("#202020", "#e0c080", "#3050c0"))
    image = np.random.default_rng(0).random((40, 40, 4), dtype=np.float32)
    nudged = image + np.float32(1 / 255)
    both = np.concatenate([image, nudged])
    change = mixing.change_of(both, old, old[::-1].copy(), np.zeros(3, np.bool_), lanes)
    step = mixing.apply(nudged, change, lanes) - mixing.apply(image, change, lanes)
    assert np.abs(step[..., :3]).max() < 0.03


def test_dithering_shows_a_tone_between_two_colours(lanes):
    image = np.full((64, 64, 4), 0.5, np.float32)
    palette = from_hex(("#000000", "#ffffff"))
    flat, dots = (
        snap.snap(image, palette, dither=each, soft_edges=False, lanes=lanes) for each in (0.0, 1.0)
    )
    assert len(np.unique(flat[..., 0])) == 1
    assert 0.2 < dots[..., 0].mean() < 0.8


def test_a_hint_fills_its_area_and_no_other(lanes):
    light = np.full((40, 80), 0.3, np.float32)
    light[:, 40:] = 0.8
    colours, trust = np.zeros((40, 80, 2), np.float32), np.zeros((40, 80), np.float32)
    colours[20, 10], trust[20, 10] = (0.2, -0.1), 100.0
    trust[20, 70] = 100.0
    found = propagate.spread(light, propagate.Hints(colours, trust), lanes)
    assert np.abs(found[:, :36] - (0.2, -0.1)).max() < 0.02
    assert np.abs(found[:, 44:]).max() < 0.02


def test_without_hints_there_is_no_colour(lanes):
    nothing = propagate.Hints(np.zeros((9, 7, 2), np.float32), np.zeros((9, 7), np.float32))
    assert not propagate.spread(np.ones((9, 7), np.float32), nothing, lanes).any()


def test_colouring_keeps_lightness_where_srgb_has_no_such_colour(lanes):
    image = picture(24, 24, 4)
    image[..., 1:3] = image[..., :1]
    grey = colourise.reduced_lightness(image, lanes)
    chroma = np.full((24, 24, 2), 0.4, np.float32)
    result = colourise.coloured(image, grey, chroma, 1.0, lanes)
    assert result[..., :3].min() >= 0.0
    before, after = (oklab.to_oklab(each[..., :3])[..., 0] for each in (image, result))
    assert np.abs(after - before).max() < 0.01


def test_the_registered_engine_is_this_one():
    assert isinstance(registry.create("builtin_recolour"), engine.RecolourEngine)
