"""The shift of tone that a few numbers describe: offsets, slopes, bends, gains.

One linear model of what was painted, given what should have been (which is exact: its noise biases
nothing), for the three channels together; fitted to means over cells by reweighted least
squares (Tukey's biweight: what was repainted outside the mask is no shift) with a prior for each
term. Together, because a smooth shift of tone looks like a gain where the picture is smooth itself
(a vignette on a sky that gets paler): but light and vignettes do the same to each channel, gains do
more to the channel that has more contrast. Of what the evidence cannot tell apart the prior takes
the smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .cells import Values
from .robust import Doubles, tukey, weighted_median

_ROUNDS = 8
_LEAST_SCALE = 0.75 / 255.0
"""Of what is left after the fit: no two decoders agree to less."""

_ALIKE = 24.0
"""Cells next to each other err alike: so many of them are one piece of evidence."""

_SMOOTHED = 1.0
"""Cells; fine texture, of which no decoder keeps all, would pass for a loss of contrast."""

_SLOPE, _BEND, _GAIN = 0.10, 0.12, 0.12
_OWN_SLOPE, _OWN_GAIN = 0.03, 0.06
"""Standard deviations expected of the terms that the channels share and of what each has beside
them; lengths are in units of the picture's longer side."""

_MOST_GAIN = 0.3

_SHARED = 6
"""Columns: two slopes, three bends, one gain; then an offset, two slopes and a gain a channel."""


@dataclass(frozen=True)
class Tone:
    """What to add: to a channel at a place ``polynomial[:, channel] · (1, y, x, y², yx, x²)`` and
    ``gain · (value - middle)``."""

    polynomial: Doubles
    gain: Values
    middle: Values

    def at(self, down: Values, across: Values) -> Values:
        """(rows, columns, 3) of the polynomial."""
        return (_powers(down, across) @ self.polynomial).astype(np.float32)

    def gained(self, values: Values) -> Values:
        return (self.gain * (values - self.middle)).astype(np.float32, copy=False)


def tone_between(
    painted: Values, wanted: Values, weight: Values, down: Values, across: Values
) -> Tone:
    """``painted``, ``wanted``: (rows, columns, 3) means of cells; ``weight``: (rows, columns), some
    above 0; ``down``, ``across``: the cells' places."""
    there = weight > 0.0
    found, true = _smooth(painted, weight)[there], _smooth(wanted, weight)[there]
    weights = weight[there].astype(np.float64) / _ALIKE
    middle = np.average(true.astype(np.float64), axis=0, weights=weights)
    powers = _powers(down, across)[there]
    terms = np.concatenate(
        [_terms(powers, (true - middle).astype(np.float32), c) for c in range(3)]
    )
    shift = (found - true).T.reshape(-1).astype(np.float64)
    return _undone(_solved(terms, shift, np.tile(weights, 3)), middle)


def _powers(down: Values, across: Values) -> Doubles:
    down, across = np.broadcast_arrays(down, across)
    terms = (np.ones_like(down), down, across, down * down, down * across, across * across)
    return np.stack(terms, axis=-1).astype(np.float64)


def _terms(powers: Doubles, values: Values, channel: int) -> Doubles:
    own = np.zeros((len(powers), 12))
    own[:, 4 * channel : 4 * channel + 3] = powers[:, :3]
    own[:, 4 * channel + 3] = values[:, channel]
    value = values[:, channel : channel + 1].astype(np.float64)
    return np.concatenate([powers[:, 1:], value, own], axis=1)


def _solved(terms: Doubles, left: Doubles, weights: Doubles) -> Doubles:
    own = (1e3, _OWN_SLOPE, _OWN_SLOPE, _OWN_GAIN)
    expected = np.array((_SLOPE, _SLOPE, _BEND, _BEND, _BEND, _GAIN, *own, *own, *own))
    prior = np.diag(1.0 / np.square(expected))
    answer = np.zeros(len(expected))
    for channel, part in enumerate(np.split(np.arange(len(left)), 3)):
        answer[_SHARED + 4 * channel] = weighted_median(left[part], weights[part])
    for _ in range(_ROUNDS):
        rest = left - terms @ answer
        scale = max(_LEAST_SCALE, 1.4826 * weighted_median(np.abs(rest), weights))
        weight = weights * tukey(rest / scale)
        if weight.sum() <= 0.0:
            break
        weighed = terms * (weight / scale**2)[:, None]
        solved = np.linalg.solve(weighed.T @ terms + prior, weighed.T @ left)
        answer = solved.astype(np.float64)
    return answer


def _undone(answer: Doubles, middle: Doubles) -> Tone:
    """What takes back the shift that was found."""
    own = answer[_SHARED:].reshape(3, 4)
    polynomial = np.zeros((6, 3))
    polynomial[1:] = answer[:5, None]
    polynomial[:3] += own[:, :3].T
    gain = 1.0 / (1.0 + np.clip(answer[5] + own[:, 3], -_MOST_GAIN, _MOST_GAIN))
    return Tone(-gain * polynomial, (gain - 1.0).astype(np.float32), middle.astype(np.float32))


def _smooth(means: Values, weight: Values) -> Values:
    """Over the cells that have a weight."""
    total = ndimage.gaussian_filter(means * weight[..., None], _SMOOTHED, axes=(0, 1))
    weights = np.maximum(ndimage.gaussian_filter(weight, _SMOOTHED), 1e-6)
    return (total / weights[..., None]).astype(np.float32)
