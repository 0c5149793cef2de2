"""Colours with the statistics of photographs, encoded sRGB in 0..1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Luma, blue-yellow, red-green: the axes along which the colours of photographs vary independently.
_AXES = np.array([[1.0, 1.0, 1.0], [-0.45, -0.25, 0.9], [0.8, -0.6, 0.1]], np.float32)


def palette(rng: np.random.Generator, count: int) -> Floats:
    """(count, 3) colours that belong together: a few families around a tint, chroma with a heavy
    tail, lightness with the wide spread that makes strong edges."""
    if rng.random() < 0.12:
        return _grey(rng, count)
    families = int(rng.integers(1, 6))
    centres = rng.laplace(0.0, rng.uniform(0.02, 0.13), (families, 2))
    member = rng.integers(0, families, count)
    chroma = centres[member] + rng.laplace(0.0, 0.03, (count, 2))
    luma = _luma(rng, count)
    colours = np.column_stack([luma, chroma]).astype(np.float32) @ _AXES
    return np.clip(colours, 0.0, 1.0).astype(np.float32)


def _luma(rng: np.random.Generator, count: int) -> NDArray[np.float64]:
    spread = rng.uniform(0.6, 3.0)
    middle = rng.uniform(0.25, 0.7)
    return rng.beta(spread * middle * 2.0, spread * (1.0 - middle) * 2.0, count)


def _grey(rng: np.random.Generator, count: int) -> Floats:
    return np.repeat(_luma(rng, count)[:, None], 3, axis=1).astype(np.float32)


def to_linear(encoded: Floats) -> Floats:
    """sRGB to linear light (IEC 61966-2-1)."""
    low = encoded / 12.92
    high = ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def to_encoded(linear: Floats) -> Floats:
    """Linear light to sRGB (IEC 61966-2-1)."""
    high = 1.055 * np.maximum(linear, 0.0031308) ** (1.0 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, high).astype(np.float32)
