from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.restyle.paint.blur import blurred
from velatura_backend.engines.builtin.restyle.paint.easel import Easel, smoothstep
from velatura_backend.engines.builtin.restyle.paint.guide import Reduced, make_guide, reduced
from velatura_backend.engines.builtin.restyle.paint.lines import Hatching, hatch
from velatura_backend.engines.builtin.restyle.paint.marks import (
    Brush,
    Speckle,
    blank,
    put_marks,
    put_speckles,
    underpainted,
)
from velatura_backend.engines.builtin.restyle.paint.noise import blue_noise
from velatura_backend.engines.builtin.restyle.paint.screens import Screen, print_screen
from velatura_backend.engines.builtin.restyle.paint.single import single
from velatura_protocol.errors import Cancelled

SERIAL = 3
BLACK = (0.0, 0.0, 0.0)


@pytest.fixture
def lanes():
    with Lanes(1, CancelToken(np.zeros(1, np.int64), SERIAL)) as made:
        yield made


def flat(tone: float, side: int = 96) -> Reduced:
    return Reduced(np.full((side, side, 3), tone, np.float32), 1.0)


def test_blue_noise_has_every_rank_once_and_few_low_frequencies():
    ranks = blue_noise(1)
    assert len(np.unique(ranks)) == ranks.size
    power = np.abs(np.fft.fft2(ranks - ranks.mean())) ** 2
    frequency = np.hypot(np.fft.fftfreq(64)[:, None], np.fft.fftfreq(64)[None])
    low, high = power[(frequency > 0) & (frequency < 0.1)], power[frequency > 0.3]
    assert low.mean() < 0.05 * high.mean()


@pytest.mark.parametrize("amount", [0.1, 0.3, 0.5, 0.7])
def test_speckles_cover_what_they_are_told_to(lanes, amount):
    guide = make_guide(flat(0.5, 160), 1.0, 2.0, 0, lanes)
    canvas = blank(160, 160, (1.0, 1.0, 1.0), lanes)
    plane = np.full(guide.tone.shape, amount, np.float32)
    put_speckles(canvas, guide, plane, Speckle(BLACK, 4.0), lanes)
    assert abs((1.0 - canvas.colour.mean()) - amount) < 0.09


@pytest.mark.parametrize("amount", [0.1, 0.4, 0.6, 0.9])
def test_a_screens_dots_cover_the_amount(lanes, amount):
    guide = make_guide(flat(0.5, 128), 1.0, 2.0, 0, lanes)
    canvas = blank(128, 128, (1.0, 1.0, 1.0), lanes)
    amounts = np.full((128, 128, 1), amount, np.float32)
    print_screen(canvas.colour, amounts, guide, Screen(BLACK, 0, 8.0, 0.4), lanes)
    assert abs((1.0 - canvas.colour.mean()) - amount) < 0.06


def test_hatching_begins_where_it_is_dark_enough(lanes):
    colour = np.ones((96, 96, 3), np.float32)
    dark = np.linspace(0.0, 1.0, 96, dtype=np.float32)[None, :, None].repeat(96, axis=0)
    pen = Hatching(0.8, 4.0, 2.0, 0.5, 1.0, BLACK, stray=0.05)
    hatch(colour, np.ascontiguousarray(dark), 0, 1.0, pen, lanes)
    assert colour[:, :40].min() == 1.0
    assert colour[:, 80:].mean() < 0.8


def test_opaque_marks_everywhere_show_the_guides_colour(lanes):
    guide = make_guide(flat(0.4), 1.0, 2.0, 0, lanes)
    canvas = blank(96, 96, (1.0, 0.0, 0.0), lanes)
    brush = Brush(4.0, 6.0, 4.0, variety=0.0)
    ones = np.ones(guide.tone.shape, np.float32)
    put_marks(canvas, guide, brush, ones, ones, lanes)
    assert np.abs(canvas.colour - 0.4).mean() < 0.01
    put_marks(canvas, guide, brush, 0.0 * ones, ones, lanes)
    assert np.abs(canvas.colour - 0.4).mean() < 0.01


def test_loyal_marks_keep_an_edge_that_others_blur(lanes):
    small = Reduced(np.zeros((96, 96, 3), np.float32), 1.0)
    small.colour[:, 48:] = 1.0
    guide = make_guide(small, 0.5, 2.0, 0, lanes)
    ones = np.ones(guide.tone.shape, np.float32)
    wrong = []
    for loyalty in (0.0, 30.0):
        canvas = underpainted(96, 96, guide, lanes)
        brush = Brush(5.0, 12.0, 5.0, fixed=True, loyalty=loyalty, variety=0.0)
        put_marks(canvas, guide, brush, ones, ones, lanes)
        wrong.append(np.abs(canvas.colour - small.colour).mean())
    assert wrong[1] < 0.5 * wrong[0]


def test_the_direction_runs_along_an_edge(lanes):
    small = flat(0.2)
    small.colour[:, 48:] = 0.8
    guide = make_guide(small, 1.0, 3.0, 0, lanes)
    inner = (slice(20, -20), slice(44, 52))
    assert np.abs(guide.cosine[inner]).max() < 0.1
    assert np.abs(guide.sine[inner]).min() > 0.99


def test_reduction_keeps_means_and_fills_what_is_transparent(lanes):
    image = np.ones((70, 50, 4), np.float32)
    image[..., :3] = (0.2, 0.4, 0.6)
    image[30:, :, :3], image[30:, :, 3] = 1.0, 0.0
    image[3, 3, 0] = np.nan
    small = reduced(image, lanes, 4)
    assert small.colour.shape == (18, 13, 3)
    assert np.isfinite(small.colour).all()
    assert np.allclose(small.colour[8:], (0.2, 0.4, 0.6), atol=0.02)


def test_grey_is_reduced_to_three_equal_channels(lanes):
    image = np.ones((16, 16, 2), np.float32)
    image[..., 0] = 0.3
    assert np.allclose(reduced(image, lanes, 2).colour, 0.3)


def test_contours_lie_at_edges(lanes):
    small = Reduced(np.full((64, 64, 3), 0.9, np.float32), 1.0)
    small.colour[:, 32:] = 0.2
    lines = Easel(small, 64, 64, 1.0, 0.5, 0.5, 0, lanes).contours(1.0)
    assert lines[:, 28:36].max() > 0.5
    assert lines[:, :20].max() == lines[:, 44:].max() == 0.0


def test_a_settings_floats_become_single_and_nothing_else():
    made = single(Screen(BLACK, 2, 5.0, 0.5, salt=9))
    assert isinstance(made.period, np.float32)
    assert isinstance(made.ink[0], np.float32)
    assert made.plane == 2
    assert isinstance(made.salt, int)


def test_smoothstep_is_flat_at_its_ends():
    assert smoothstep(np.array([0.0, 0.5, 1.0, 2.0]), 0.5, 1.0).tolist() == [0.0, 0.0, 1.0, 1.0]


def test_kernels_stop_when_told_to():
    token = CancelToken(np.zeros(1, np.int64), SERIAL)
    with Lanes(1, token) as lanes:
        guide = make_guide(flat(0.4), 1.0, 2.0, 0, lanes)
        token.flag[0] = SERIAL
        with pytest.raises(Cancelled):
            underpainted(96, 96, guide, lanes)


def test_a_blur_is_the_usual_one(lanes):
    plane = np.random.default_rng(0).random((50, 70), dtype=np.float32)
    wanted = ndimage.gaussian_filter(plane, 2.3, mode="nearest", truncate=3.0)
    assert np.allclose(blurred(plane, 2.3, lanes), wanted, atol=1e-5)
