"""The parts that media are made of, and what is particular to one of them."""

from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import CancelToken
from velatura_backend.engines.builtin.patchmatch.lanes import Lanes
from velatura_backend.engines.builtin.restyle.paint import drawn, painted, printed
from velatura_backend.engines.builtin.restyle.paint.easel import Easel
from velatura_backend.engines.builtin.restyle.paint.finish import Surface, drag_over, finish
from velatura_backend.engines.builtin.restyle.paint.guide import Reduced, make_guide
from velatura_backend.engines.builtin.restyle.paint.marks import Canvas, blank
from velatura_backend.engines.builtin.restyle.paint.tiles import Stones, set_stones
from velatura_backend.engines.builtin.restyle.paint.wash import Wash, dry


@pytest.fixture
def lanes():
    with Lanes(1, CancelToken(np.zeros(1, np.int64), 1)) as made:
        yield made


def easel_of(colour, lanes, unit=1.0) -> Easel:
    height, width = colour.shape[:2]
    return Easel(Reduced(colour, 1.0), height, width, unit, 0.6, 0.5, 0, lanes)


def one_colour(colour, side=64):
    picture = np.empty((side, side, 3), np.float32)
    picture[:] = np.array(colour, np.float32)
    return picture


def last(painting) -> Canvas:
    *_, canvas = painting
    return canvas


@pytest.mark.parametrize("colour", [(0.8, 0.3, 0.2), (0.2, 0.5, 0.3), (0.3, 0.4, 0.7)])
@pytest.mark.parametrize("printer", [printed.halftone, printed.risograph])
def test_inks_mix_to_the_colour_they_print(printer, colour, lanes):
    """From afar; the hue at least, which the paper and the inks' fading leave alone."""
    seen = last(printer(easel_of(one_colour(colour, 96), lanes))).colour.mean(axis=(0, 1))
    assert np.argsort(seen).tolist() == np.argsort(colour).tolist()
    assert np.abs(seen - colour).max() < 0.2


def test_a_watercolour_leaves_its_lights_to_the_paper(lanes):
    light = last(painted.watercolour(easel_of(one_colour((0.95, 0.93, 0.9)), lanes)))
    assert light.colour.mean() > 0.95


def test_a_woodcut_has_no_tone_between_ink_and_paper(lanes):
    grey = last(drawn.woodcut(easel_of(one_colour((0.5, 0.5, 0.5), 96), lanes, unit=3.0)))
    tone = grey.colour.mean(axis=2)
    assert np.mean((tone < 0.2) | (tone > 0.75)) > 0.7


def test_stones_leave_grout_between_them(lanes):
    guide = make_guide(Reduced(one_colour((0.9, 0.2, 0.2), 96), 1.0), 1.0, 3.0, 0, lanes)
    canvas = blank(96, 96, (0.0, 0.0, 1.0), lanes)
    set_stones(canvas, guide, Stones(12.0, 2.0, variety=0.0), lanes)
    blue = canvas.colour[..., 2] > 0.6
    assert 0.05 < blue.mean() < 0.5
    assert np.mean(canvas.colour[..., 0] > 0.7) > 0.4


def test_a_wash_dries_darker_inside_its_edge(lanes):
    canvas = blank(64, 64, (0.9, 0.9, 0.9), lanes)
    canvas.colour[:, 32:] = 0.5
    dry(canvas, Wash(3.0, 3.0, 2.0, 0.0, 0.0, 0.0), lanes)
    tone = canvas.colour.mean(axis=(0, 2))
    assert tone[33] < tone[48] - 0.02
    assert abs(tone[10] - 0.9) < 0.02


def test_light_falls_from_the_upper_left(lanes):
    canvas = blank(32, 32, (0.5, 0.5, 0.5), lanes)
    canvas.height[10:22, 10:22] = 1.0
    finish(canvas, Surface(relief=0.5), lanes)
    assert canvas.colour[16, 9:11].max() > 0.55
    assert canvas.colour[16, 21:23].min() < 0.45
    assert np.allclose(canvas.colour[2, 2], 0.5)


def test_dry_media_leave_the_papers_valleys(lanes):
    paper, chalk = blank(96, 96, (0.0, 0.0, 0.0), lanes), blank(96, 96, (1.0, 1.0, 1.0), lanes)
    drag_over(paper, chalk, Surface(grain=3.0), 0.5, lanes)
    half = paper.colour.mean()
    assert 0.2 < half < 0.8
    drag_over(paper, chalk, Surface(grain=3.0), 1.2, lanes)
    assert paper.colour.mean() > 0.99
