"""How good a filled hole is, against the truth that was under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, uniform_filter
from skimage.metrics import structural_similarity

from .masks import BoolMask

Picture = NDArray[np.uint8]

_PATCH = 7
_SAMPLES = 6000
_DIRECTIONS = 96
_NOISE_WINDOW = 9
_LEAST_NOISE = 0.1
"""Levels of 8 bit; below it, it makes no difference."""


@dataclass(frozen=True)
class Quality:
    """``psnr`` in dB and ``ssim``: in the hole. ``patch_distance``: sliced Wasserstein distance of
    7x7 patches to the truth's, 0 = the same texture statistics. ``sharpness``: gradient energy over
    the truth's. ``seam``: colour step across the hole's border over the truth's. ``noise``: how
    loud the quietest quarter of the hole is, over the truth's. 1 is right."""

    psnr: float
    ssim: float
    patch_distance: float
    sharpness: float
    seam: float
    noise: float


def measure(truth: Picture, hole: BoolMask, filled: Picture) -> Quality:
    error = (filled.astype(np.float64) - truth)[hole]
    return Quality(
        psnr=float(10 * np.log10(255.0**2 / max(float((error**2).mean()), 1e-9))),
        ssim=_ssim(truth, hole, filled),
        patch_distance=_sliced_wasserstein(_patches(filled, hole), _patches(truth, hole)),
        sharpness=float(_gradient(filled)[hole].mean() / max(_gradient(truth)[hole].mean(), 1e-6)),
        seam=_border_step(filled, hole) / max(_border_step(truth, hole), 1e-6),
        noise=max(_noise(filled, hole), _LEAST_NOISE) / max(_noise(truth, hole), _LEAST_NOISE),
    )


def _noise(image: Picture, hole: BoolMask) -> float:
    """Root mean square of what a 3x3 mean leaves of the luminance, around each pixel of the hole,
    in the quietest quarter of them; in levels of 8 bit."""
    luminance = image.astype(np.float32).mean(axis=2)
    detail = np.where(hole, luminance - uniform_filter(luminance, 3), 0.0) ** 2
    count = uniform_filter(hole.astype(np.float32), _NOISE_WINDOW)
    loud = uniform_filter(detail, _NOISE_WINDOW)[hole] / np.maximum(count[hole], 1e-6)
    quietest = np.sort(loud)[: max(1, len(loud) // 4)]
    return float(np.sqrt(max(float(quietest.mean()), 0.0)))


def _ssim(truth: Picture, hole: BoolMask, filled: Picture) -> float:
    ys, xs = np.nonzero(hole)
    window = (
        slice(max(int(ys.min()) - 8, 0), int(ys.max()) + 9),
        slice(max(int(xs.min()) - 8, 0), int(xs.max()) + 9),
    )
    compared = structural_similarity(
        truth[window], filled[window], channel_axis=-1, data_range=255, full=True
    )
    similarity = np.asarray(compared[1])
    return float(similarity.mean(axis=2)[hole[window]].mean())


def _patches(image: Picture, hole: BoolMask) -> NDArray[np.float32]:
    """Patches around pixels of the hole drawn at random, the same for every method."""
    half = _PATCH // 2
    ys, xs = np.nonzero(hole[half:-half, half:-half])
    drawn = np.random.default_rng(0).integers(len(ys), size=_SAMPLES)
    step = np.arange(_PATCH)
    rows = ys[drawn][:, None, None] + step[:, None]
    columns = xs[drawn][:, None, None] + step[None, :]
    return image[rows, columns].reshape(_SAMPLES, -1).astype(np.float32)


def _sliced_wasserstein(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    directions = np.random.default_rng(1).normal(size=(ours.shape[1], _DIRECTIONS))
    directions = (directions / np.linalg.norm(directions, axis=0)).astype(np.float32)
    difference = np.sort(ours @ directions, axis=0) - np.sort(theirs @ directions, axis=0)
    return float(np.abs(difference).mean())


def _gradient(image: Picture) -> NDArray[np.float32]:
    down, across = np.gradient(image.astype(np.float32).mean(axis=2))
    return np.hypot(down, across)


def _border_step(image: Picture, hole: BoolMask) -> float:
    """Mean step between a pixel of the hole and one outside, over that in a ring around it."""
    values = image.astype(np.float32)
    outer, inner = (np.asarray(binary_dilation(hole, iterations=n), np.bool_) for n in (7, 2))
    ring = outer & ~inner
    steps, borders, ring_steps, ring_borders = 0.0, 0, 0.0, 0
    for axis in (0, 1):
        step = np.abs(np.diff(values, axis=axis)).mean(axis=2)
        border = np.diff(hole.astype(np.int8), axis=axis) != 0
        both = ring[:-1] & ring[1:] if axis == 0 else ring[:, :-1] & ring[:, 1:]
        steps, borders = steps + float(step[border].sum()), borders + int(border.sum())
        ring_steps, ring_borders = ring_steps + float(step[both].sum()), ring_borders + both.sum()
    return (steps / max(borders, 1)) / max(ring_steps / max(ring_borders, 1), 1e-3)
