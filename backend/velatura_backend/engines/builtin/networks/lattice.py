"""Takes away the finest pattern there is, where it is faint.

A network that folds 2x2 pixels into one sees patterns of two pixels' period as even tones, and even
noise is what it removes least: smooth skies kept a lattice of a level or two.
"""

from __future__ import annotations

import numpy as np

from .models import Planes

REACH = 2
"""Pixels around each that count."""


def without_lattice(planes: Planes, most: float) -> Planes:
    """Changed by ``most`` at most, so that edges stay: of a period of two pixels nothing is left
    that is weaker, of four a quarter is gone."""
    finest = planes - _softened(_softened(planes, 1), 2)
    result = planes - np.clip(finest, -most, most)
    return result.astype(np.float32, copy=False)


def _softened(planes: Planes, axis: int) -> Planes:
    """(-1 4 10 4 -1) / 16 along the axis."""
    length = planes.shape[axis]
    wide = np.moveaxis(planes, axis, 0)
    wide = np.concatenate([wide[:1], wide[:1], wide, wide[-1:], wide[-1:]])
    near = wide[1 : length + 1] + wide[3 : length + 3]
    far = wide[:length] + wide[4:]
    result = (10.0 * wide[2 : length + 2] + 4.0 * near - far) / 16.0
    return np.moveaxis(result, 0, axis).astype(np.float32, copy=False)
