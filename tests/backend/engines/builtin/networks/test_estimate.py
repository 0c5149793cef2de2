from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from velatura_backend.engines.builtin.networks.estimate import measure


def scene(side: int = 256):
    """Soft shading and shapes, without noise."""
    ys, xs = np.mgrid[0:side, 0:side] / side
    shade = 90 + 60 * np.sin(2.2 * xs + 1.3 * ys)
    image = Image.fromarray(shade.astype(np.uint8)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 60, 120, 170), fill=(200, 90, 60))
    draw.polygon([(150, 30), (220, 80), (170, 140)], fill=(60, 120, 190))
    return np.asarray(image)


def working(pixels, channels: int = 4):
    image = np.dstack([pixels, np.full(pixels.shape[:2], 255)]).astype(np.float32) / 255.0
    return image if channels == 4 else np.ascontiguousarray(image[..., [1, 3]])


def noisy(level: float):
    noise = np.random.default_rng(0).normal(0.0, level * 50.0, (256, 256, 3))
    return np.clip(scene() + noise, 0, 255)


def compressed(quality: int):
    file = io.BytesIO()
    Image.fromarray(scene()).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(io.BytesIO(file.getvalue())))


def test_nothing_is_wrong_with_a_clean_picture():
    measured = measure(working(scene()))
    assert measured.noise < 0.03
    assert measured.jpeg < 0.06


@pytest.mark.parametrize("level", [0.1, 0.3, 0.6])
def test_noise_is_measured(level):
    measured = measure(working(noisy(level)))
    assert abs(measured.noise - level) < 0.08
    assert measured.jpeg == 0.0


def test_stronger_compression_measures_as_more():
    levels = [measure(working(compressed(quality))).jpeg for quality in (80, 50, 20, 8)]
    assert levels == sorted(levels)
    assert levels[0] > 0.05
    assert levels[-1] > 0.8


def test_a_crop_is_measured_wherever_its_blocks_begin():
    levels = [measure(working(compressed(20)[top:, top:])).jpeg for top in range(8)]
    assert max(levels) - min(levels) < 0.15


def test_grey_is_measured_too():
    assert measure(working(noisy(0.3), 2)).noise > 0.2


def test_hidden_noise_is_not_measured():
    image = working(scene())
    image[100:, :, :3] = np.random.default_rng(0).random((156, 256, 3))
    image[100:, :, 3] = 0.0
    assert measure(image).noise < 0.05


@pytest.mark.parametrize("value", [0.0, 1.0, np.nan, np.inf, -4.0])
def test_flat_pictures_and_strange_values(value):
    measured = measure(np.full((64, 64, 4), value, np.float32))
    assert (measured.noise, measured.jpeg) == (0.0, 0.0)


def test_too_small_to_tell():
    measured = measure(np.random.default_rng(0).random((8, 300, 4), np.float32))
    assert (measured.noise, measured.jpeg) == (0.0, 0.0)
