"""Random numbers that belong to a place, for kernels: the same whoever asks."""

from __future__ import annotations

import numpy as np

from ...patchmatch.kernels import Floats, Real, inlined

_RANKS = 64
_ROUNDS = 12
_LOW = 0.22


@inlined
def clamped(value: Real) -> Real:
    """Between 0 and 1."""
    return min(max(value, np.float32(0.0)), np.float32(1.0))


@inlined
def hashed(x: int, y: int, k: int) -> np.uint32:
    """32 well mixed bits of three whole numbers (lowbias32 of C. Wellons, twice)."""
    state = np.uint32(x) * np.uint32(0x9E3779B1) ^ np.uint32(y) * np.uint32(0x85EBCA77)
    state ^= np.uint32(k) * np.uint32(0xC2B2AE3D)
    for _ in range(2):
        state = np.uint32(state ^ (state >> np.uint32(16)))
        state = np.uint32(state * np.uint32(0x21F0AAAD))
        state = np.uint32(state ^ (state >> np.uint32(15)))
        state = np.uint32(state * np.uint32(0x735A2D97))
    return np.uint32(state ^ (state >> np.uint32(15)))


@inlined
def uniform(x: int, y: int, k: int) -> Real:
    """0 ≤ value < 1."""
    return np.float32(hashed(x, y, k) >> np.uint32(8)) * np.float32(1.0 / 16777216.0)


@inlined
def smooth_noise(x: Real, y: Real, k: int) -> Real:
    """Value noise with a lattice of 1: smooth, 0..1, mean 0.5."""
    left, top = int(np.floor(x)), int(np.floor(y))
    fx, fy = np.float32(x - left), np.float32(y - top)
    sx = fx * fx * (np.float32(3.0) - np.float32(2.0) * fx)
    sy = fy * fy * (np.float32(3.0) - np.float32(2.0) * fy)
    upper = uniform(left, top, k) * (np.float32(1.0) - sx) + uniform(left + 1, top, k) * sx
    lower = uniform(left, top + 1, k) * (np.float32(1.0) - sx) + uniform(left + 1, top + 1, k) * sx
    return upper * (np.float32(1.0) - sy) + lower * sy


@inlined
def paper_noise(x: Real, y: Real, k: int) -> Real:
    """Three octaves of :func:`smooth_noise`, 0..1: the tooth of a paper."""
    total = np.float32(0.5) * smooth_noise(x, y, k)
    total += np.float32(0.3) * smooth_noise(x * np.float32(2.1), y * np.float32(2.1), k + 1)
    return total + np.float32(0.2) * smooth_noise(x * np.float32(4.3), y * np.float32(4.3), k + 2)


def blue_noise(seed: int) -> Floats:
    """(64, 64) ranks, 0 ≤ rank < 1, each once, that repeat without a seam: below any threshold the
    places are spread evenly. White noise whose low frequencies are taken out, ranked anew, in turn.
    """
    generator = np.random.default_rng([seed & 0xFFFFFFFF, 64])
    ranks = generator.permutation(_RANKS * _RANKS).reshape(_RANKS, _RANKS) / _RANKS**2
    frequency = np.hypot(np.fft.fftfreq(_RANKS)[:, None], np.fft.fftfreq(_RANKS)[None])
    kept = 1.0 - np.exp(-np.square(frequency / _LOW))
    for _ in range(_ROUNDS):
        filtered = np.fft.ifft2(np.fft.fft2(ranks - 0.5) * kept).real
        order = np.argsort(filtered, axis=None, kind="stable")
        ranks = np.empty(_RANKS * _RANKS)
        ranks[order] = np.arange(_RANKS * _RANKS) / _RANKS**2
        ranks = ranks.reshape(_RANKS, _RANKS)
    return ranks.astype(np.float32)
