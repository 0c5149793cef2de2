"""Colour, both ways, in float: the document's own space and what an engine wants to see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]

_LINEAR_END = 0.0031308


def srgb_encode(linear: Values) -> Values:
    """sRGB's curve (IEC 61966-2-1), continued beyond 1 by its formula and mirrored below 0."""
    magnitude = np.abs(linear)
    curved = 1.055 * np.power(np.maximum(magnitude, _LINEAR_END), 1.0 / 2.4) - 0.055
    return np.copysign(np.where(magnitude <= _LINEAR_END, 12.92 * magnitude, curved), linear)


def srgb_decode(encoded: Values) -> Values:
    """The inverse of :func:`srgb_encode`."""
    magnitude = np.abs(encoded)
    curved = np.power((np.maximum(magnitude, 12.92 * _LINEAR_END) + 0.055) / 1.055, 2.4)
    return np.copysign(
        np.where(magnitude <= 12.92 * _LINEAR_END, magnitude / 12.92, curved), encoded
    )


def encode_colour_channels(samples: Values) -> Values:
    """Linear (H, W, C) float samples with sRGB's curve; alpha (C = 2 or 4, last) stays."""
    encoded = samples.copy()
    colours = samples.shape[2] - (samples.shape[2] % 2 == 0)
    encoded[..., :colours] = srgb_encode(samples[..., :colours])
    return encoded


def is_linear(icc: bytes) -> bool:
    return False
