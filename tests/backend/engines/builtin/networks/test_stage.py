"""Tiles against the whole in float64, where nothing is lost to rounding."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.contracts.engine import fresh_token, picture
from velatura_backend.engines.builtin.networks.models import ModelName, load_model
from velatura_backend.engines.builtin.networks.stage import Picture, Stage, through
from velatura_backend.engines.builtin.networks.workers import NetworkWorkers

CHECKPOINT = Path(__file__).parents[5] / "backend" / "training" / "checkpoints" / "fast2.npz"


@dataclass(frozen=True)
class Reference:
    """The doubling network in float64, each sum in the same order wherever a pixel lies."""

    weights: dict[str, np.ndarray]
    scale: int = 2
    margin: int = 10
    fold: int = 1

    def run(self, planes, options=None, levels=()):
        weights = self.weights
        features = leaky(convolved(planes.astype(np.float64) - 0.5, weights, "head"))
        for index in range(4):
            inner = leaky(convolved(features, weights, f"trunk.{index}.first"))
            features = leaky(features + convolved(inner, weights, f"trunk.{index}.second"))
        change = convolved(features, weights, "tail")
        channels, height, width = change.shape
        parts = change.reshape(channels // 4, 2, 2, height, width).transpose(0, 3, 1, 4, 2)
        return parts.reshape(channels // 4, 2 * height, 2 * width)


def convolved(planes, weights, name):
    weight, bias = weights[f"mean.{name}.weight"], weights[f"mean.{name}.bias"]
    _, height, width = planes.shape
    wide = np.pad(planes, ((0, 0), (1, 1), (1, 1)))
    result = np.repeat(bias.astype(np.float64), height * width).reshape(-1, height, width)
    for source in range(planes.shape[0]):
        for y in range(3):
            for x in range(3):
                window = wide[source, y : y + height, x : x + width]
                result += weight[:, source, y, x].astype(np.float64)[:, None, None] * window
    return result


def leaky(values):
    return np.where(values > 0, values, 0.1 * values)


@pytest.fixture(scope="module")
def reference():
    with np.load(CHECKPOINT) as stored:
        return Reference({name: stored[name] for name in stored.files})


def run(model, image, tile, passes=0):
    stage = Stage(model, passes, tile=tile, opaque=True)
    height, width, channels = image.shape
    with NetworkWorkers(1, fresh_token()) as workers:
        whole = Picture(iter((image,)), height, width, channels)
        return np.concatenate(list(through(whole, stage, workers).strips))


@pytest.mark.parametrize("tile", [7, 16])
def test_tiles_are_the_whole_to_the_last_bit_in_float64(reference, tile):
    image = picture(23, 30, 4)
    assert np.array_equal(run(reference, image, tile), run(reference, image, 64))


def test_tiles_are_the_whole_within_a_level_in_float32():
    image = picture(150, 131, 4)
    model = load_model(ModelName.FAST_2)
    difference = np.abs(run(model, image, 40, passes=3) - run(model, image, 500, passes=3))
    assert difference.max() < 1e-4


def test_too_small_a_margin_would_show(reference):
    image = picture(23, 30, 4)
    narrow = Reference(reference.weights, margin=4)
    assert not np.array_equal(run(narrow, image, 7), run(narrow, image, 64))


def test_a_picture_in_strips_is_the_picture():
    image = picture(90, 40, 4)
    model = load_model(ModelName.FAST_2)
    stage = Stage(model, 1, tile=32, opaque=True)
    with NetworkWorkers(1, fresh_token()) as workers:
        parts = (image[top : top + 13] for top in range(0, 90, 13))
        strips = list(through(Picture(parts, 90, 40, 4), stage, workers).strips)
    assert np.array_equal(np.concatenate(strips), run(model, image, 32, passes=1))
