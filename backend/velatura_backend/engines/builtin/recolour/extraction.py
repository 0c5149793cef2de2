"""The colours a picture is made of: weighted k-means in OKLab, with flats kept to the digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....imaging.banded import Check, unchecked
from ...base import FloatImage, FloatMask
from .oklab import Doubles, to_oklab

_SAMPLES = 60_000
_CELL = 0.02
_EDGE_STEP = 0.06
_EDGE_WEIGHT = 0.02
_MOST_BY_ITSELF = 8
_ENOUGH = 0.035
_ROUNDS = 12
_MERGED = 0.03
_FLAT_SHARE = 0.15


@dataclass(frozen=True)
class Palette:
    """``colours``: (k, 3) encoded sRGB; ``weights``: (k,) how much of the picture is near each, in
    all 1."""

    colours: Doubles
    weights: Doubles

    def __len__(self) -> int:
        return len(self.colours)

    @property
    def lab(self) -> Doubles:
        return to_oklab(self.colours)


def extract(
    image: FloatImage, mask: FloatMask | None, count: int, check: Check = unchecked
) -> Palette:
    """``count`` colours of what the mask selects, or as many as it needs for ``count`` 0.

    Soft edges hardly count: their mixtures are no colours of the picture. Fewer come back where
    there are fewer; none where nothing is visible. ``check`` raises when the work is to stop.
    """
    colours, weights = _samples(image, mask)
    check()
    if not len(colours):
        return Palette(np.zeros((0, 3)), np.zeros(0))
    lab, members = to_oklab(colours), weights
    check()
    centres = _refined(*_histogram(lab, members), count, check)
    nearest = _nearest(lab, centres)
    found = list[Doubles]()
    for index in range(len(centres)):
        check()
        found.append(_centre(colours, weights, nearest == index))
    shares = np.bincount(nearest, weights, len(centres))
    kept = shares > 0
    return Palette(np.array(found)[kept], shares[kept] / shares[kept].sum())


def _samples(image: FloatImage, mask: FloatMask | None) -> tuple[Doubles, Doubles]:
    """Visible colours on an even grid and their weights: area, less where the picture is steep."""
    height, width = image.shape[:2]
    step = max(1, int(np.ceil(np.sqrt(height * width / _SAMPLES))))
    taken = image[::step, ::step]
    shown = np.isfinite(taken).all(axis=2) & (taken[..., -1] > 1 / 255)
    if mask is not None:
        shown &= mask[::step, ::step] > 0
    colours = np.clip(taken[..., :-1][shown], 0.0, 1.0)
    if colours.shape[-1] == 1:
        colours = np.repeat(colours, 3, axis=-1)
    weights = (_flatness(image, step) * taken[..., -1])[shown]
    return colours.astype(np.float64), weights.astype(np.float64)


def _flatness(image: FloatImage, step: int) -> NDArray[np.float32]:
    """1 where neighbours are alike, little where they are not; for every ``step``-th pixel."""
    height, width = image.shape[:2]
    rows, columns = np.arange(0, height, step), np.arange(0, width, step)
    here = image[rows[:, None], columns]
    steepest = np.zeros(here.shape[:2], np.float32)
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        there = image[
            np.clip(rows + dy, 0, height - 1)[:, None], np.clip(columns + dx, 0, width - 1)
        ]
        with np.errstate(invalid="ignore", over="ignore"):
            difference = np.nan_to_num(np.abs(there - here).max(axis=2), nan=1.0, posinf=1.0)
        np.maximum(steepest, np.minimum(difference, 1.0), out=steepest)
    flatness = np.exp(-((steepest / np.float32(_EDGE_STEP)) ** 2))
    return np.float32(_EDGE_WEIGHT) + np.float32(1 - _EDGE_WEIGHT) * flatness


def _histogram(lab: Doubles, weights: Doubles) -> tuple[Doubles, Doubles]:
    """Means and weights of the occupied cells: a few hundred points in place of the samples."""
    cells = np.floor(lab / _CELL).astype(np.int64) + 512
    keys = (cells[:, 0] << 40) + (cells[:, 1] << 20) + cells[:, 2]
    _, inverse = np.unique(keys, return_inverse=True)
    total = np.bincount(inverse, weights)
    means = [np.bincount(inverse, weights * lab[:, axis]) / total for axis in range(3)]
    return np.stack(means, axis=1), np.asarray(total, np.float64)


def _refined(points: Doubles, weights: Doubles, count: int, check: Check) -> Doubles:
    """k-means from deterministic starts: each new one where most is missing. Without a count,
    until the picture is described well enough."""
    most = min(count or _MOST_BY_ITSELF, len(points))
    centres = points[[int(np.argmax(weights))]]
    while True:
        centres = _lloyd(points, weights, centres, check)
        distance = _squared(points, centres).min(axis=1)
        error = float(np.sqrt((weights * distance).sum() / weights.sum()))
        if len(centres) >= most or (not count and error < _ENOUGH) or error < 1e-6:
            break
        wanted = np.sqrt(weights) * distance  # small areas count: a badge is why one looks twice
        centres = np.vstack([centres, points[int(np.argmax(wanted))]])
    return centres if count else _merge(centres)


def _lloyd(points: Doubles, weights: Doubles, centres: Doubles, check: Check) -> Doubles:
    for _ in range(_ROUNDS):
        check()
        nearest = np.argmin(_squared(points, centres), axis=1)
        total = np.bincount(nearest, weights, len(centres))
        sums = [np.bincount(nearest, weights * points[:, i], len(centres)) for i in range(3)]
        used = total > 0
        moved = np.where(used[:, None], np.stack(sums, 1) / np.maximum(total, 1e-12)[:, None], 0.0)
        moved = np.where(used[:, None], moved, centres)
        if np.allclose(moved, centres, atol=1e-5):
            break
        centres = moved
    return centres


def _merge(centres: Doubles) -> Doubles:
    """Without those next to one that came before."""
    kept: list[Doubles] = []
    for centre in centres:
        if all(float(np.linalg.norm(centre - other)) > _MERGED for other in kept):
            kept.append(centre)
    return np.array(kept)


def _centre(colours: Doubles, weights: Doubles, own: NDArray[np.bool_]) -> Doubles:
    """The group's flat colour where it has one, exactly as it is in the picture; else its mean."""
    if not own.any() or not weights[own].sum():
        return np.zeros(3)
    members, shares = colours[own], weights[own]
    keys = np.rint(members * 1023).astype(np.int64) @ np.array((1 << 40, 1 << 20, 1))
    found, inverse = np.unique(keys, return_inverse=True)
    total = np.bincount(inverse, shares, len(found))
    if total.max() >= _FLAT_SHARE * total.sum():
        members, shares = members[inverse == total.argmax()], shares[inverse == total.argmax()]
    return np.average(members, axis=0, weights=shares)


def _nearest(lab: Doubles, centres: Doubles) -> NDArray[np.int64]:
    return np.argmin(_squared(lab, centres), axis=1)


def _squared(points: Doubles, centres: Doubles) -> Doubles:
    """(points, centres) squared distances, term by term: BLAS may sum otherwise by thread."""
    total = np.zeros((len(points), len(centres)))
    for axis in range(3):
        total += (points[:, None, axis] - centres[None, :, axis]) ** 2
    return total
