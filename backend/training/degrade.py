"""What befalls a picture before the network sees it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Bytes = NDArray[np.uint8]

NOISE_FULL = 50.0 / 255.0
"""The deviation of noise at level 1."""
BLUR_FULL = 2.0
"""The deviation of blur at level 1, in pixels."""


REDUCERS = (
    (Image.Resampling.BICUBIC, 0.6),
    (Image.Resampling.BOX, 0.2),
    (Image.Resampling.LANCZOS, 0.1),
    (Image.Resampling.BILINEAR, 0.1),
)
"""How small pictures come about, and how often. Bicubic is what others score with; antialiased
drawings are boxes: a network that saw bicubic alone drew rims of 14 % of an edge around them."""


def reduced(pixels: Bytes, scale: int, how: Image.Resampling = Image.Resampling.BICUBIC) -> Bytes:
    """By Pillow's antialiased filters."""
    height, width = pixels.shape[:2]
    return np.asarray(Image.fromarray(pixels).resize((width // scale, height // scale), how))


@dataclass(frozen=True)
class Levels:
    """0..1 each; ``jpeg`` 0 is no JPEG at all, above it quality 95 (0.05) to 10 (1)."""

    noise: float
    jpeg: float
    blur: float

    def told(self) -> tuple[float, float, float]:
        return self.noise, self.jpeg, self.blur


def random_levels(rng: np.random.Generator) -> Levels:
    """Each trouble is often absent: the network has to learn to leave alone what is well."""
    noise = rng.uniform(0.1, 1.0) ** 2.2 if rng.random() < 0.7 else 0.0
    jpeg = rng.uniform(0.05, 1.0) if rng.random() < 0.5 else 0.0
    blur = rng.uniform(0.15, 1.0) if rng.random() < 0.3 else 0.0
    return Levels(float(noise), float(jpeg), float(blur))


def slight_levels(rng: np.random.Generator) -> Levels:
    """Of a good camera's JPEG."""
    return Levels(
        float(rng.uniform(0.0, 0.08)), float(rng.choice([0.0, rng.uniform(0.05, 0.5)])), 0.0
    )


def jpeg_quality(level: float) -> int:
    return round(10 + 85 * (1.0 - level) ** 1.3)


def degraded(rng: np.random.Generator, pixels: Bytes, levels: Levels) -> Bytes:
    """Blurred by the lens, then noisy, then compressed: the order in which it happens."""
    values = pixels.astype(np.float32) / 255.0
    if levels.blur:
        values = ndimage.gaussian_filter(values, (*(levels.blur * BLUR_FULL,) * 2, 0))
    if levels.noise:
        values = values + _noise(rng, values, levels.noise * NOISE_FULL)
    damaged = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
    return _compressed(rng, damaged, levels.jpeg) if levels.jpeg else damaged


def _noise(
    rng: np.random.Generator, values: NDArray[np.float32], deviation: float
) -> NDArray[np.float32]:
    """Gaussian of that mean deviation: grey grain or per channel, even or growing with light, now
    and then a little soft as sensors' is after demosaicing. With a third of it soft, fine texture
    was taken for noise: a photograph of wood lost 3 dB at a deviation of 10 levels."""
    grey = rng.random() < 0.3
    noise = rng.standard_normal((*values.shape[:2], 1 if grey else 3)).astype(np.float32)
    if rng.random() < 0.12:
        noise = ndimage.gaussian_filter(noise, (*(rng.uniform(0.3, 0.7),) * 2, 0))
        noise /= max(float(noise.std()), 1e-6)
    if rng.random() < 0.4:
        strength = np.sqrt(0.15 + values.mean(axis=2, keepdims=True))
        noise = noise * (strength / strength.mean())
    return noise * np.float32(deviation)


def _compressed(rng: np.random.Generator, pixels: Bytes, level: float) -> Bytes:
    file = io.BytesIO()
    subsampling = int(rng.choice([0, 2]))
    Image.fromarray(pixels).save(file, "JPEG", quality=jpeg_quality(level), subsampling=subsampling)
    return np.asarray(Image.open(io.BytesIO(file.getvalue())).convert("RGB"))
