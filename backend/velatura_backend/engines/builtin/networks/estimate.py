"""How noisy a picture is and how hard it was compressed, as the levels the network is told.

Noise: the Laplacian difference of Immerkær 1996, not over all the picture but where least goes on.
JPEG: how much more the tone bends at every eighth column and row than between them. Both were
matched to levels on drawn pictures; on photographs they come out alike (levels 0.1, 0.3 and 0.6 of
noise are measured as 0.09, 0.29 and 0.52, of JPEG 0.3, 0.7 and 1 as 0.28, 0.69 and 1; medians of
eleven). Noise of a JPEG is hardly measured: what is left of it looks like blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...base import FloatImage

_SIDE = 1024
_BLOCK = 32
_QUIETEST_PERCENT = 15
_NOISE_FULL = 50.0 / 255.0
_LUMA_GAIN, _OWN_NOISE = 1.65, 0.02
_NOISE, _TEXTURE = 0.65, 1.0
_BENDS = (0.1, 0.15, 0.68, 0.96, 1.36, 1.95, 2.6)
_LEVELS = (0.0, 0.05, 0.3, 0.5, 0.7, 0.85, 1.0)
_LEAST_BEND = 0.002
_MOST_BEND = 0.06
_TOO_SMALL = 96

Luma = NDArray[np.float32]


@dataclass(frozen=True)
class Measured:
    """0..1 each."""

    noise: float
    jpeg: float


def measure(image: FloatImage) -> Measured:
    """Of the middle of a picture, 2 or 4 channels; nothing of one that is too small to tell."""
    height, width = image.shape[:2]
    if min(height, width) < _TOO_SMALL:
        return Measured(0.0, 0.0)
    top, left = max(0, (height - _SIDE) // 2), max(0, (width - _SIDE) // 2)
    luma = _luma(image[top : top + _SIDE, left : left + _SIDE])
    noise = _LUMA_GAIN * _deviation(luma) / _NOISE_FULL - _OWN_NOISE
    bend = 0.5 * (_bend(luma) + _bend(luma.T))
    jpeg = float(np.interp(bend, _BENDS, _LEVELS))
    return Measured(float(np.clip(noise, 0.0, 1.0)), jpeg)


def _luma(image: FloatImage) -> Luma:
    """What is transparent is black, which the measures pass over."""
    weights = np.array([0.299, 0.587, 0.114] if image.shape[2] == 4 else [1.0], np.float32)
    visible = np.nan_to_num(image[..., :-1] * image[..., -1:], nan=0.0, posinf=1.0, neginf=0.0)
    return (np.clip(visible, 0.0, 1.0) @ weights).astype(np.float32, copy=False)


def _deviation(luma: Luma) -> float:
    """Of the noise, on the scale of the picture. Blocks that are next to black or white are passed
    over: there noise is cut off.

    In the picture averaged by 2x2 noise is half as strong, texture as strong or stronger: without
    this clean grass measured as 0.25.
    """
    halves = [side // 2 * 2 for side in luma.shape]
    half = luma[: halves[0], : halves[1]].reshape(halves[0] // 2, 2, -1, 2).mean(axis=(1, 3))
    size = tuple(side // _BLOCK - 1 for side in luma.shape)
    tones = _blocks(luma, _BLOCK, size)
    clear = (tones > 0.04) & (tones < 0.96)
    if np.count_nonzero(clear) < 4:
        return 0.0
    fine, coarse = _blocks(_detail(luma), _BLOCK, size), _blocks(_detail(half), _BLOCK // 2, size)
    fine, coarse = fine[clear], coarse[clear]
    quiet = fine <= np.percentile(fine, _QUIETEST_PERCENT)
    deviation = float(fine[quiet].mean())
    ratio = float(coarse[quiet].mean()) / max(deviation, 1e-9)
    return deviation * float(np.clip((_TEXTURE - ratio) / (_TEXTURE - _NOISE), 0.0, 1.0))


def _detail(luma: Luma) -> Luma:
    """The deviation that noise would have to have, pixel by pixel."""
    rows = luma[:-2] - 2.0 * luma[1:-1] + luma[2:]
    bends = rows[:, :-2] - 2.0 * rows[:, 1:-1] + rows[:, 2:]
    return np.abs(bends) * np.float32(np.sqrt(np.pi / 2.0) / 6.0)


def _blocks(values: Luma, side: int, size: tuple[int, ...]) -> Luma:
    """The mean of each block."""
    rows, columns = size
    whole = values[: rows * side, : columns * side]
    return whole.reshape(rows, side, columns, side).mean(axis=(1, 3))


def _bend(luma: Luma) -> float:
    """How much the columns of one of eight phases stand out; the phase is the crop's chance."""
    steps = np.diff(luma, axis=1)
    bends = np.abs(steps[:, 1:-1] - 0.5 * (steps[:, :-2] + steps[:, 2:]))
    columns = np.minimum(bends, _MOST_BEND).mean(axis=0)
    phases = columns[: len(columns) // 8 * 8].reshape(-1, 8).mean(axis=0)
    usual = float(np.median(np.delete(phases, int(phases.argmax()))))
    return (float(phases.max()) - usual) / (usual + _LEAST_BEND)
