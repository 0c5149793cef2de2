"""How likely a colour is under a mixture of Gaussians fitted to samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..patchmatch.lanes import Lanes

Doubles = NDArray[np.float64]

_COMPONENTS = 6
_ROUNDS = 8
_SAMPLES = 12_000
_NOISE = 4e-4
_OUTLIERS = 1e-3


@dataclass(frozen=True)
class Mixture:
    """``weights``: (k,); ``means``: (k, 3); ``precisions``: (k, 3, 3), upper factors; ``scales``:
    (k,) logarithms of the densities' peaks."""

    weights: Doubles
    means: Doubles
    factors: Doubles
    scales: Doubles

    def log_density(self, colours: Doubles) -> Doubles:
        """(n,) for (n, 3); never far below that of colours which were never seen."""
        total = np.full(len(colours), _OUTLIERS)
        for weight, mean, factor, scale in zip(
            self.weights, self.means, self.factors, self.scales, strict=True
        ):
            total += weight * np.exp(scale - 0.5 * _squared_distance(colours - mean, factor))
        return np.log(total)


def _squared_distance(away: Doubles, factor: Doubles) -> Doubles:
    """Of rows under a triangular factor, term by term: BLAS may sum in another order by thread."""
    first = away[:, 0] * factor[0, 0]
    second = away[:, 0] * factor[1, 0] + away[:, 1] * factor[1, 1]
    third = away[:, 0] * factor[2, 0] + away[:, 1] * factor[2, 1] + away[:, 2] * factor[2, 2]
    return first * first + second * second + third * third


def fit(colours: Doubles, weights: Doubles, lanes: Lanes) -> Mixture:
    """A mixture for (n, 3) colours that count by ``weights``, n at least 1; the same every time."""
    step = max(1, len(colours) // _SAMPLES)
    colours, weights = colours[::step], np.maximum(weights[::step], 1e-9)
    assigned = _split(colours, weights)
    mixture = _gaussians(colours, weights, assigned)
    for _ in range(_ROUNDS):
        lanes.check()
        assigned = _most_likely(mixture, colours)
        mixture = _gaussians(colours, weights, assigned)
    return mixture


def _split(colours: Doubles, weights: Doubles) -> NDArray[np.int64]:
    """Into groups, each time the one with the largest spread, across its longest axis (Orchard and
    Bouman, 1991)."""
    assigned = np.zeros(len(colours), np.int64)
    for new in range(1, _COMPONENTS):
        best, cut = 0.0, None
        for group in range(new):
            own = assigned == group
            if own.sum() < 8:
                continue
            mean, covariance = _moments(colours[own], weights[own])
            values, vectors = np.linalg.eigh(covariance)
            if values[-1] * weights[own].sum() > best:
                best = float(values[-1] * weights[own].sum())
                cut = own & (((colours - mean) * vectors[:, -1]).sum(axis=1) > 0)
        if cut is None or not cut.any():
            break
        assigned[cut] = new
    return assigned


def _moments(colours: Doubles, weights: Doubles) -> tuple[Doubles, Doubles]:
    share = weights / weights.sum()
    mean = (colours * share[:, None]).sum(axis=0)
    away = colours - mean
    covariance = np.array(
        [[(share * away[:, i] * away[:, j]).sum() for j in range(3)] for i in range(3)]
    )
    return mean, covariance


def _gaussians(colours: Doubles, weights: Doubles, assigned: NDArray[np.int64]) -> Mixture:
    shares, means, factors, scales = [], [], [], []
    for group in range(_COMPONENTS):
        own = assigned == group
        if not own.any():
            continue
        mean, covariance = _moments(colours[own], weights[own])
        covariance += np.eye(3) * _NOISE
        factor = np.linalg.inv(np.linalg.cholesky(covariance))
        shares.append(weights[own].sum())
        means.append(mean)
        factors.append(factor)
        scales.append(float(np.log(np.diag(factor)).sum()) - 1.5 * np.log(2 * np.pi))
    share = np.array(shares) / np.sum(shares)
    return Mixture(share, np.array(means), np.array(factors), np.array(scales))


def _most_likely(mixture: Mixture, colours: Doubles) -> NDArray[np.int64]:
    scores = [
        np.log(weight) + scale - 0.5 * _squared_distance(colours - mean, factor)
        for weight, mean, factor, scale in zip(
            mixture.weights, mixture.means, mixture.factors, mixture.scales, strict=True
        )
    ]
    return np.argmax(scores, axis=0)
