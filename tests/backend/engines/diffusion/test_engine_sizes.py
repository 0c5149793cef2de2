"""Pictures of a size of their own: generated from nothing, or enlarged."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")


from tests.backend.engines.diffusion.orders import made, make_task
from tests.backend.engines.diffusion.painters import SD15, SMALL, KnownPainter
from tests.contracts.engine import (
    picture,
)
from velatura_protocol.tasks import Intent, Operation

pytestmark = pytest.mark.usefixtures("warm")


@pytest.mark.parametrize("size", [(64, 64), (1, 1), (50, 333), (200, 300), (48, 1000)], ids=str)
@pytest.mark.parametrize("traits", [SMALL, SD15], ids=["small", "sd15"])
def test_generate_gives_exactly_the_size_asked_for(size, traits):
    blank = np.zeros((*size, 4), np.float32)
    task = make_task(Operation.GENERATE, Intent.NONE, image=blank, mask=np.ones(size, np.float32))
    result = made(task, KnownPainter(traits))
    assert result.shape == (*size, 4)
    assert result == pytest.approx(
        np.broadcast_to(np.array((0.8, 0.2, 0.2, 1.0), np.float32), result.shape), abs=0.03
    )


def test_generate_takes_the_target_where_there_is_one():
    blank = np.zeros((8, 8, 4), np.float32)
    task = make_task(
        Operation.GENERATE, Intent.NONE, image=blank, mask=np.ones((8, 8), np.float32),
        target=(70, 90),
    )  # fmt: skip
    assert made(task).shape == (70, 90, 4)


def test_without_a_prompt_each_seed_is_another_sample():
    blank = np.zeros((64, 64, 4), np.float32)
    task = make_task(Operation.GENERATE, Intent.NONE, image=blank)
    painter = KnownPainter(noise=0.1)
    first = made(task, painter)
    assert np.array_equal(first, made(task, painter))
    assert not np.array_equal(first, made(replace(task, seed=4), painter))


@pytest.mark.parametrize("scale", [2.0, 1.3, 0.5])
def test_an_enlargement_keeps_tones_and_shows_no_tiles(scale):
    """Each tile painted a shade of its own, as models do."""
    shades = itertools.cycle((-0.06, 0.05, 0.02, -0.03))
    painter = KnownPainter(colour=(0.5, 0.5, 0.5), shade=lambda p: p + np.float32(next(shades)))
    image = np.full((120, 140, 4), (0.5, 0.5, 0.5, 1.0), np.float32)
    task = make_task(
        Operation.UPSCALE, Intent.NONE, image=image, mask=np.ones((120, 140)), scale=scale
    )
    result = made(task, painter)
    assert result.shape == (round(120 * scale), round(140 * scale), 4)
    assert np.abs(result - 0.5)[..., :3].max() < 0.004
    assert len(painter.requests) >= 1


def test_an_enlargement_without_refinement_is_not_painted():
    painter = KnownPainter()
    task = make_task(Operation.UPSCALE, Intent.NONE, scale=2.0, parameters={"refine": 0.0})
    assert made(task, painter).shape == (192, 208, 4)
    assert painter.requests == []


def test_transparency_and_highlights_are_enlarged_too():
    image = picture(48, 48, 4)
    image[:, :24, 3] = 0.0
    image[30:34, 40:44, 0] = 8.0
    result = made(make_task(Operation.UPSCALE, Intent.NONE, image=image, scale=2.0))
    assert result[48, 10, 3] == pytest.approx(0.0, abs=0.01)
    assert result[64, 84, 0] > 6.0
