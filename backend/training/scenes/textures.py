"""Grey textures that wrap around, zero mean, unit deviation: what fills the leaves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]

SIDE = 512


def atlas(rng: np.random.Generator, count: int) -> Floats:
    """(count, SIDE, SIDE)."""
    makers: tuple[Callable[[np.random.Generator], Floats], ...] = (
        fractal,
        fractal,
        grain,
        stripes,
        cells,
        flakes,
        weave,
    )
    chosen = rng.integers(0, len(makers), count)
    return np.stack([_normalised(makers[index](rng)) for index in chosen])


def fractal(rng: np.random.Generator, slope: float | None = None) -> Floats:
    """Noise whose power falls with frequency as natural pictures' does (1/f to 1/f^2.6)."""
    return _coloured(rng, slope if slope is not None else rng.uniform(0.8, 2.4), 1.0)


def grain(rng: np.random.Generator) -> Floats:
    """Fibres: fractal noise drawn out along one direction, as in wood, hair and brushed metal."""
    return _coloured(rng, rng.uniform(0.6, 1.6), rng.uniform(6.0, 40.0))


def stripes(rng: np.random.Generator) -> Floats:
    """Waves across, bent by slow noise; from soft to hard."""
    ramp = np.arange(SIDE) / SIDE
    turns = int(rng.integers(6, 90))
    bend = fractal(rng, 2.4)
    bend *= rng.uniform(0.0, 1.5) * np.sqrt(turns / 20.0) / max(float(bend.std()), 1e-6)
    wave = np.sin(2.0 * np.pi * turns * ramp[None, :] + bend)
    return np.tanh(wave * rng.uniform(0.3, 6.0)).astype(np.float32)


def cells(rng: np.random.Generator) -> Floats:
    """Pebbles: distance to the nearest of scattered points."""
    count = int(rng.integers(60, 3000))
    points = np.ones((SIDE, SIDE), bool)
    points[tuple(rng.integers(0, SIDE, (2, count)))] = False
    reach = 64
    wrapped = np.pad(points, reach, mode="wrap")
    distance = np.asarray(ndimage.distance_transform_edt(wrapped), np.float32)
    return distance[reach:-reach, reach:-reach] ** np.float32(rng.uniform(0.5, 1.5))


def flakes(rng: np.random.Generator) -> Floats:
    """Fractal noise cut into a few tones: lichen, camouflage, foliage."""
    noise = fractal(rng, rng.uniform(1.4, 2.4))
    tones = int(rng.integers(2, 6))
    ranks = np.argsort(np.argsort(noise, axis=None)).reshape(noise.shape) / noise.size
    steps = np.floor(ranks * tones).astype(np.int64)
    flat: Floats = rng.normal(size=tones).astype(np.float32)[steps]
    return np.asarray(flat + 0.15 * _normalised(fractal(rng)), np.float32)


def weave(rng: np.random.Generator) -> Floats:
    """Threads over and under, as in cloth."""
    turns = int(rng.integers(12, 90))
    phase = 2.0 * np.pi * turns * np.arange(SIDE) / SIDE
    over = np.sign(np.sin(phase / 2)[None, :] * np.sin(phase / 2)[:, None])
    threads = np.where(over > 0, np.abs(np.sin(phase))[None, :], np.abs(np.sin(phase))[:, None])
    return np.asarray(threads + 0.3 * _normalised(fractal(rng)), np.float32)


def _coloured(rng: np.random.Generator, slope: float, stretch: float) -> Floats:
    rows = np.fft.fftfreq(SIDE)[:, None] * stretch
    columns = np.fft.rfftfreq(SIDE)[None, :]
    frequency = np.hypot(rows, columns)
    frequency[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal((SIDE, SIDE)))
    spectrum *= frequency**-slope
    spectrum[0, 0] = 0.0
    return np.fft.irfft2(spectrum, (SIDE, SIDE)).astype(np.float32)


def _normalised(texture: Floats) -> Floats:
    centred = texture - texture.mean()
    return np.clip(centred / max(float(centred.std()), 1e-6), -3.0, 3.0).astype(np.float32)
