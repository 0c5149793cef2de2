"""Evens the light of a texture, so that its repeats do not show as a pattern of light and dark."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..patchmatch.kernels import Floats
from ..patchmatch.lanes import Lanes

_SIDE = 64
_ROUNDS = 8
_LEAST_ERROR = 1e-3
_LEAST_ALPHA = 0.1
_LEAST_SAMPLES = 64
_MOST = 2.0


def evened(working: Floats, colours: int, share: float, lanes: Lanes) -> Floats:
    """Takes ``share`` (0..1) of the picture's shading away: the smooth surface of second order that
    most pixels' brightness agrees on, as a factor, so that black stays black and hues stay.

    ``working``: (height, width, channels), the first ``colours`` of them premultiplied by the next,
    alpha, if there is one. Least absolute deviations, by reweighted least squares: flat grounds of
    drawn patterns stay flat whatever is drawn on them, where a mean would tint them.
    """
    height, width = working.shape[:2]
    rows = np.linspace(0, height - 1, min(_SIDE, height)).round().astype(int)
    columns = np.linspace(0, width - 1, min(_SIDE, width)).round().astype(int)
    sample = working[np.ix_(rows, columns)]
    alpha = sample[..., colours] if working.shape[2] > colours else np.ones(sample.shape[:2])
    seen = alpha > _LEAST_ALPHA
    y, x = _scale(height), _scale(width)
    terms = _terms(y[rows][:, None], x[columns][None, :])[seen]
    bright = (sample[..., :colours].mean(axis=2)[seen] / alpha[seen]).astype(np.float32)
    level = float(np.median(bright)) if len(bright) else 0.0
    if level <= 0.0 or len(bright) < _LEAST_SAMPLES:
        return working
    fit = _agreed(terms, bright)
    lanes.check()
    down, across = fit[0] + fit[1] * y + fit[2] * y * y, fit[3] * x + fit[4] * x * x

    def lit(band: Floats, down: Floats, y: Floats) -> Floats:
        surface = down[:, None] + across
        surface += fit[5] * (y[:, None] * x)
        factor = level / np.clip(surface, level / _MOST, level * _MOST)
        gain = np.float32(1.0) + np.float32(share) * (factor[..., None] - 1.0)
        result = band.copy()
        result[..., :colours] *= gain
        return result

    return lanes.over(lit, working, down, y)


def _scale(length: int) -> Floats:
    return np.linspace(-1.0, 1.0, length, dtype=np.float32)


def _terms(y: Floats, x: Floats) -> Floats:
    one = np.ones(np.broadcast_shapes(y.shape, x.shape), np.float32)
    return np.stack([one, y * one, y * y * one, x * one, x * x * one, y * x], axis=2)


def _agreed(terms: Floats, values: Floats) -> NDArray[np.float32]:
    weight = np.ones(len(values), np.float64)
    fit = np.zeros(terms.shape[1])
    for _ in range(_ROUNDS):
        weighted = terms * weight[:, None]
        fit = np.linalg.lstsq(weighted.T @ terms, weighted.T @ values, rcond=None)[0]
        weight = 1.0 / np.maximum(np.abs(values - terms @ fit), _LEAST_ERROR)
    return fit.astype(np.float32)
