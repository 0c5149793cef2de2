"""Photographs inside scikit-image and scikit-learn, and two drawings of our own."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from skimage import data
from sklearn.datasets import load_sample_image

from velatura_backend.engines.base import FloatImage

TEXTURES = ("gravel", "grass", "brick", "drawn", "strokes")


def contents() -> dict[str, FloatImage]:
    """(height, width, 4), by name, none larger than 640 x 512."""
    photographs = {
        "gravel": data.gravel(),
        "grass": data.grass(),
        "brick": data.brick(),
        "china": load_sample_image("china.jpg"),
        "rocket": data.rocket(),
        "coffee": data.coffee(),
        "flower": load_sample_image("flower.jpg"),
    }
    pictures = {name: _opaque(np.asarray(each)) for name, each in photographs.items()}
    return {**pictures, "drawn": drawn(), "strokes": strokes()}


def _opaque(samples: np.ndarray) -> FloatImage:
    colours = samples if samples.ndim == 3 else np.dstack([samples] * 3)
    image = np.ones((*colours.shape[:2], 4), np.float32)
    image[..., :3] = colours[..., :3] / np.float32(255.0)
    return image[:512, :640]


def drawn(side: int = 512) -> FloatImage:
    """Flat balloons with outlines on paper."""
    random = np.random.default_rng(1)
    sheet = Image.new("RGB", (side, side), (242, 236, 218))
    pen = ImageDraw.Draw(sheet)
    inks = ((200, 60, 60), (40, 90, 140), (60, 130, 80), (230, 180, 60))
    for _ in range(60):
        x, y = (int(each) for each in random.integers(0, side, 2))
        radius, ink = int(random.integers(10, 26)), inks[int(random.integers(4))]
        box = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(box, fill=ink, outline=(20, 20, 30), width=3)
        pen.line((x, y, x + 2 * radius, y + 2 * radius), fill=(20, 20, 30), width=3)
    return _opaque(np.asarray(sheet))


def strokes(side: int = 512) -> FloatImage:
    """Slanting strokes on a transparent layer."""
    random = np.random.default_rng(2)
    sheet = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(sheet)
    for _ in range(160):
        x, y = random.integers(0, side, 2)
        angle, length = random.normal(0.7, 0.25), random.integers(30, 90)
        ink = tuple(int(each) for each in random.integers([20, 60, 60], [90, 160, 190]))
        end = (x + length * np.cos(angle), y + length * np.sin(angle))
        pen.line((x, y, *end), fill=(*ink, 255), width=int(random.integers(4, 12)))
    return np.asarray(sheet).astype(np.float32) / np.float32(255.0)


def shown(image: FloatImage) -> np.ndarray:
    """Eight bit, over a chequered ground where it is transparent."""
    ys, xs = np.indices(image.shape[:2])
    ground = np.where((ys // 12 + xs // 12) % 2, 0.75, 0.9)[..., None]
    alpha = image[..., 3:]
    return (np.clip(image[..., :3] * alpha + ground * (1.0 - alpha), 0, 1) * 255).astype(np.uint8)
