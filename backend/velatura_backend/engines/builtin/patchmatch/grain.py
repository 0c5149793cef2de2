"""Grain: the noise around a hole, measured, and given to what was filled too smoothly.

A vote over overlapping patches averages noise away, and so does a copy from a place that is out of
focus. The quietest blocks around the hole tell what noise the picture has everywhere: per wavelet
band a covariance over the channels. A filled pixel gets as much of it as its neighbourhood lacks,
so a piece that was copied with its noise gets none, and where there is no noise nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .kernels import BoolMask, Floats
from .lanes import Lanes
from .wavelets import BANDS, REACH, Doubles, band_gains, bands_of, white_noise

_BLOCK = 8
_TILE = 512
_LEAST_BLOCKS = 6
_QUIETEST = 0.1
"""Share of the blocks; what is at most twice as loud as they is noise as well."""

_LEAST_DEVIATION = 0.4 / 255.0
"""Of a channel in the finest band. Less is what 8 bits make of a ramp."""

_MOST_DEVIATION = 0.05
_NOISE_KURTOSIS = (2.0, 7.0)
"""Of the finest band, 3 for film and sensors. Dither is below, sparse dots are above."""

_PATTERN_KURTOSIS = 2.4
"""Less is a pattern: a weave's coarse bands have 1.9 to 2.3, those of noise 2.6 and more."""

_NEIGHBOURHOOD = 4
_LEAST_FLOOR = 1e-12
"""A band that is empty where it is quietest lacks nothing."""


@dataclass(frozen=True)
class Grain:
    """Of each band, finest first: ``mixing`` makes of white noise's band the picture's
    (channels, channels); ``floor``: the noise's variance, summed over the channels."""

    mixing: tuple[Floats, ...]
    floor: tuple[float, ...]


@dataclass(frozen=True)
class _Blocks:
    """(blocks, bands, channels, channels) covariances, (blocks, bands) fourth moments of the
    luminance."""

    covariance: Floats
    fourth: Floats


def measure_grain(colours: Floats, usable: BoolMask, lanes: Lanes) -> Grain | None:
    """The noise of the ``usable`` pixels of a (height, width, channels) picture; None where it has
    none to speak of, or where what is there is no noise."""
    found = [_blocks_of(colours, usable, window, lanes) for window in _windows(usable)]
    if sum(len(each.fourth) for each in found) < _LEAST_BLOCKS:
        return None
    covariance = np.concatenate([each.covariance for each in found])
    channels = colours.shape[2]
    energy = np.trace(covariance[:, 0], axis1=1, axis2=2)
    quiet = energy <= 2.0 * float(np.quantile(energy, _QUIETEST))
    level = float(energy[quiet].mean()) / channels
    if not _LEAST_DEVIATION**2 <= level <= _MOST_DEVIATION**2:
        return None
    fourth = np.concatenate([each.fourth for each in found])[quiet]
    variance = covariance[quiet, 0].sum(axis=(1, 2)) / channels**2
    kurtosis = float(np.median(fourth[:, 0] / np.maximum(variance, 1e-12) ** 2))
    if not _NOISE_KURTOSIS[0] <= kurtosis <= _NOISE_KURTOSIS[1]:
        return None
    return _grain_of(covariance[quiet], fourth)


def _grain_of(covariance: Floats, fourth: Floats) -> Grain:
    means = [
        _quiet_mean(covariance[:, band]) * _is_noise(covariance[:, band], fourth[:, band])
        for band in range(BANDS)
    ]
    floor = np.array([np.trace(mean) for mean in means])
    gains = band_gains(floor)
    mixing: list[Floats] = []
    for mean, total, gain in zip(means, floor, gains, strict=True):
        values, vectors = np.linalg.eigh(mean / max(total, 1e-30))
        root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        mixing.append((gain * root).astype(np.float32))
    return Grain(tuple(mixing), tuple(float(each) for each in floor))


def _quiet_mean(covariance: Floats) -> Doubles:
    return covariance[_quiet(covariance)].mean(axis=0, dtype=np.float64)


def _quiet(covariance: Floats) -> BoolMask:
    energy = np.trace(covariance, axis1=1, axis2=2)
    return energy <= 2.0 * float(np.quantile(energy, _QUIETEST))


def _is_noise(covariance: Floats, fourth: Floats) -> bool:
    """Whether a band's quiet blocks together are distributed as noise is, not as a weave is, which
    is as loud everywhere."""
    quiet = _quiet(covariance)
    variance = covariance[quiet].sum(axis=(1, 2)).mean() / covariance.shape[1] ** 2
    return float(fourth[quiet].mean()) >= _PATTERN_KURTOSIS * float(variance) ** 2


def _blocks_of(
    colours: Floats, usable: BoolMask, window: tuple[slice, slice], lanes: Lanes
) -> _Blocks:
    """Of the whole blocks in a window."""
    rows, columns = window
    down, across = (rows.stop - rows.start) // _BLOCK, (columns.stop - columns.start) // _BLOCK
    rows = slice(rows.start, rows.start + down * _BLOCK)
    window = rows, slice(columns.start, columns.start + across * _BLOCK)
    outer, inner = _grown(window, usable.shape)
    part = np.ascontiguousarray(colours[outer])
    channels = part.shape[2]
    bands = bands_of(part.reshape(len(part), -1), channels, lanes)
    whole = usable[window].reshape(down, _BLOCK, across, _BLOCK).all(axis=(1, 3))
    covariance = np.empty((np.count_nonzero(whole), BANDS, channels, channels), np.float32)
    fourth = np.empty((len(covariance), BANDS), np.float32)
    for index, band in enumerate(bands):
        lanes.check()
        values = band.reshape(part.shape)[inner].reshape(down, _BLOCK, across, _BLOCK, channels)
        blocks = values.transpose(0, 2, 1, 3, 4)[whole].reshape(-1, _BLOCK**2, channels)
        covariance[:, index] = blocks.transpose(0, 2, 1) @ blocks / _BLOCK**2
        fourth[:, index] = (blocks.mean(axis=2) ** 4).mean(axis=1)
    return _Blocks(covariance, fourth)


def _lacking(band: Floats, hole: BoolMask, floor: float) -> Floats:
    """Which share of the floor the filled pixels around each pixel lack, 0..1."""
    height, width = hole.shape
    energy = np.square(band).reshape(height, width, -1).sum(axis=2)
    side = 2 * _NEIGHBOURHOOD + 1
    around = ndimage.uniform_filter(np.where(hole, energy, np.float32(0.0)), side, mode="constant")
    count = ndimage.uniform_filter(hole.astype(np.float32), side, mode="constant")
    least = np.float32(max(floor, _LEAST_FLOOR))
    lacking = 1.0 - around / np.maximum(count, 1e-6) / least
    return np.clip(lacking, 0.0, 1.0).astype(np.float32, copy=False)


def add_grain(
    colours: Floats, hole: BoolMask, grain: Grain, strength: float, seed: int, lanes: Lanes
) -> Floats:
    """What to add to the pixels of the hole: (height, width, channels), 0 elsewhere.

    ``strength``: 1 brings smooth places up to the noise around the hole.
    """
    channels = colours.shape[2]
    added = np.zeros(colours.shape, np.float32)
    for window in _windows(hole):
        outer, inner = _grown(window, hole.shape)
        part = np.ascontiguousarray(colours[outer])
        inside = np.ascontiguousarray(hole[outer])
        height, width = inside.shape
        flat = part.reshape(height, -1)
        top, left = outer[0].start, outer[1].start
        white = white_noise(top, left, height, width, channels, seed, lanes)
        noise = np.zeros(part.shape, np.float32)
        bands = zip(
            bands_of(flat, channels, lanes), bands_of(white, channels, lanes),
            grain.mixing, grain.floor, strict=True,
        )  # fmt: skip
        for band, white_band, mixing, floor in bands:
            lanes.check()
            gain = strength * np.sqrt(_lacking(band, inside, floor))[..., None]
            noise += gain * (white_band.reshape(part.shape) @ mixing)
        added[window] = np.where(inside[inner][..., None], noise[inner], 0.0)
    return added


def noise_ratio(colours: Floats, hole: BoolMask, grain: Grain, lanes: Lanes) -> float:
    """How much of the noise around the hole is in it: 1 where no place is smoother, 0 where all of
    it is; of the amplitude, in the finest band."""
    total, count = 0.0, 0
    for window in _windows(hole):
        outer, inner = _grown(window, hole.shape)
        part = np.ascontiguousarray(colours[outer])
        inside = np.ascontiguousarray(hole[outer])
        finest = bands_of(part.reshape(len(part), -1), colours.shape[2], lanes)[0]
        lanes.check()
        within = inside[inner]
        lacking = _lacking(finest, inside, grain.floor[0])[inner][within]
        total += float(np.sqrt(1.0 - lacking).sum(dtype=np.float64))
        count += int(np.count_nonzero(within))
    return total / max(count, 1)


def _windows(mask: BoolMask) -> Iterator[tuple[slice, slice]]:
    """Tiles with something of the mask in them."""
    height, width = mask.shape
    for top in range(0, height, _TILE):
        for left in range(0, width, _TILE):
            window = slice(top, min(top + _TILE, height)), slice(left, min(left + _TILE, width))
            if mask[window].any():
                yield window


def _grown(
    window: tuple[slice, slice], shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The window with the pixels its bands are made from, and where it lies in that."""
    outer, inner = [], []
    for part, side in zip(window, shape, strict=False):
        start, stop = max(0, part.start - REACH - _NEIGHBOURHOOD), part.stop
        end = min(side, stop + REACH + _NEIGHBOURHOOD)
        outer.append(slice(start, end))
        inner.append(slice(part.start - start, stop - start))
    return (outer[0], outer[1]), (inner[0], inner[1])
