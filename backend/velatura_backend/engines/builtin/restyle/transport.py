"""Which colour becomes which: sliced optimal transport between two samples of colours.

Rabin, Peyré, Delon, Bernot, Wasserstein Barycenter and Its Application to Texture Mixing, SSVM
2011; the iteration over random bases is Pitié, Kokaram, Dahyot, CVIU 2007.
"""

from __future__ import annotations

import numpy as np

from ....imaging.banded import Check, in_bands
from ...base import FloatImage, FloatMask
from .oklab import Colours

SAMPLES = 1 << 14
_ROUNDS = 16
_LEAST_ALPHA = 0.02
_DRAWN = 4 * SAMPLES


def sampled(
    image: FloatImage, mask: FloatMask | None, generator: np.random.Generator, check: Check
) -> Colours:
    """Up to :data:`SAMPLES` colours (count, 3), clipped to 0..1, of what is opaque and in the
    mask; none where nothing is. Drawn with repetition: a picture of one colour gives it often."""
    height, width = image.shape[:2]
    if not height * width:
        return np.empty((0, 3), np.float32)
    places = generator.integers(0, height * width, _DRAWN)
    places = places[_counts(image, mask, places)]
    if len(places) < SAMPLES // 4:  # a small selection in a large picture is hit too rarely
        inside = _all_that_count(image, mask, check)
        if not len(inside):
            return np.empty((0, 3), np.float32)
        places = inside[generator.integers(0, len(inside), SAMPLES)]
    colours = image.reshape(-1, image.shape[2])[places[:SAMPLES], :-1]
    finite = colours[np.isfinite(colours).all(axis=1)]
    clipped = np.clip(finite, 0.0, 1.0)
    return clipped if clipped.shape[1] == 3 else clipped.repeat(3, axis=1)


def _all_that_count(image: FloatImage, mask: FloatMask | None, check: Check) -> np.ndarray:
    """Places, in order."""
    solid = in_bands(check, lambda band: band[..., -1] > _LEAST_ALPHA, image)
    if mask is not None:
        solid &= in_bands(check, lambda band: band > 0.0, mask)
    check()
    return np.flatnonzero(solid)


def _counts(image: FloatImage, mask: FloatMask | None, places: np.ndarray) -> np.ndarray:
    solid = image.reshape(-1, image.shape[2])[places, -1] > _LEAST_ALPHA
    return solid if mask is None else solid & (mask.reshape(-1)[places] > 0.0)


def transported(
    content: Colours, style: Colours, generator: np.random.Generator, check: Check
) -> Colours:
    """Where each of ``content`` (n, 3) goes, so that together they are distributed as ``style``
    (m, 3): in turn along the axes of random bases, each axis by its sorted values."""
    moved = content.astype(np.float32)
    position = (np.arange(len(content), dtype=np.float32) + 0.5) / len(content)
    quantile = (np.arange(len(style), dtype=np.float32) + 0.5) / len(style)
    for number in range(_ROUNDS):
        check()
        basis = _random_basis(generator) if number else np.eye(3, dtype=np.float32)
        step = np.zeros_like(moved)
        for axis in basis:
            along = _along(moved, axis)
            goal = np.interp(position, quantile, np.sort(_along(style, axis)))
            order = np.argsort(along, kind="stable")
            travel = np.empty_like(along)
            travel[order] = goal.astype(np.float32) - along[order]
            step += travel[:, None] * axis
        moved += step
    return moved


def _along(colours: Colours, axis: Colours) -> Colours:
    return colours[:, 0] * axis[0] + colours[:, 1] * axis[1] + colours[:, 2] * axis[2]


def _random_basis(generator: np.random.Generator) -> Colours:
    basis, _ = np.linalg.qr(generator.standard_normal((3, 3)))
    return basis.T.astype(np.float32)
