"""À trous wavelet bands and reproducible white noise, for grain.

The undecimated transform with the cubic B-spline (Starck, Murtagh, Bijaoui, Image Processing and
Data Analysis, 1998): a band is the difference of two smoothings. Ramps have no part in any band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .kernels import Flag, Floats, kernel
from .lanes import Lanes

Doubles = NDArray[np.float64]

BANDS = 3
REACH = 2 * (2**BANDS - 1)
"""Pixels from which a band's value is made, to each side."""

_GAIN_ROUNDS = 30


@kernel
def _smooth_along(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    values: Floats,
    channels: int,
    gap: int,
    out: Floats,
) -> None:
    centre, near, far = np.float32(0.375), np.float32(0.25), np.float32(0.0625)
    length = values.shape[1]
    width = length // channels
    one, two = gap * channels, 2 * gap * channels
    for y in range(start, stop):
        if flag[0] == serial:
            return
        row, goal = values[y], out[y]
        for k in range(two, length - two):
            beside, beyond = row[k - one] + row[k + one], row[k - two] + row[k + two]
            goal[k] = centre * row[k] + near * beside + far * beyond
        for x in range(width):
            if 2 * gap <= x < width - 2 * gap:
                continue
            for c in range(channels):
                total = centre * row[x * channels + c]
                for side in (-1, 1):
                    first = min(max(x + side * gap, 0), width - 1)
                    second = min(max(x + side * 2 * gap, 0), width - 1)
                    total += near * row[first * channels + c] + far * row[second * channels + c]
                goal[x * channels + c] = total


@kernel
def _smooth_across(
    start: int, stop: int, flag: Flag, serial: int, values: Floats, gap: int, out: Floats
) -> None:
    centre, near, far = np.float32(0.375), np.float32(0.25), np.float32(0.0625)
    last = len(values) - 1
    for y in range(start, stop):
        if flag[0] == serial:
            return
        above, below = values[max(y - gap, 0)], values[min(y + gap, last)]
        top, bottom = values[max(y - 2 * gap, 0)], values[min(y + 2 * gap, last)]
        row, goal = values[y], out[y]
        for k in range(len(row)):
            goal[k] = centre * row[k] + near * (above[k] + below[k]) + far * (top[k] + bottom[k])


def bands_of(values: Floats, channels: int, lanes: Lanes) -> list[Floats]:
    """The finest BANDS bands of (height, width · channels) values, finest first; beyond the border
    the outermost values go on."""
    height, length = values.shape
    bands: list[Floats] = []
    finer = values
    for band in range(BANDS):
        along, smooth = np.empty_like(values), np.empty_like(values)
        gap = 2**band
        lanes.rows(_smooth_along, height, length, finer, channels, gap, along)
        lanes.rows(_smooth_across, height, length, along, gap, smooth)
        bands.append(finer - smooth)
        finer = smooth
    return bands


@kernel
def _white(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    top: int,
    left: int,
    channels: int,
    seed: int,
    out: Floats,
) -> None:
    """Sums of four 16-bit numbers (Irwin and Hall), from a hash of the place (splitmix64)."""
    scale = np.float32(np.sqrt(3.0) / 65536.0)
    offset = np.float32(np.sqrt(3.0) * 2.0)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for k in range(out.shape[1]):
            place = np.uint64(y + top) << np.uint64(32)
            place ^= np.uint64(k + left * channels)
            state = place + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
            for _ in range(2):
                state += np.uint64(0x9E3779B97F4A7C15)
                state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                state ^= state >> np.uint64(31)
            total = np.float32(0.0)
            for part in range(4):
                total += np.float32((state >> np.uint64(16 * part)) & np.uint64(0xFFFF))
            out[y, k] = total * scale - offset


def white_noise(
    top: int, left: int, height: int, width: int, channels: int, seed: int, lanes: Lanes
) -> Floats:
    """(height, width · channels), mean 0, variance 1; a place's value depends on the seed and on
    where it is in the picture, not on the window it is asked for in."""
    out = np.empty((height, width * channels), np.float32)
    lanes.rows(_white, height, width, top, left, channels, seed & 0x7FFFFFFF, out)
    return out


def band_gains(variances: Doubles) -> Doubles:
    """What to multiply the bands of white noise by, so that the bands of their sum have these
    variances. Bands overlap, so each gain depends on all."""
    responses = _responses()
    squares = responses**2
    gains = np.sqrt(variances / squares.mean(axis=(1, 2)))
    for _ in range(_GAIN_ROUNDS):
        spectrum = np.tensordot(gains, responses, 1) ** 2
        reached = (spectrum * squares).mean(axis=(1, 2))
        gains *= np.sqrt(variances / np.maximum(reached, 1e-30))
    return gains


def _responses() -> Doubles:
    """(BANDS, n, n) frequency responses of the bands' filters; they are real, for the filters are
    symmetric."""
    side = 4 * REACH + 1
    impulse = np.zeros((side, side))
    impulse[0, 0] = 1.0
    responses: list[Doubles] = []
    finer = impulse
    for band in range(BANDS):
        smooth = finer
        for axis in (0, 1):
            smooth = _spline(smooth, 2**band, axis)
        responses.append(np.fft.fft2(finer - smooth).real)
        finer = smooth
    return np.stack(responses)


def _spline(values: Doubles, gap: int, axis: int) -> Doubles:
    total = 0.375 * values
    for weight, step in ((0.25, gap), (0.0625, 2 * gap)):
        total = total + weight * (np.roll(values, step, axis) + np.roll(values, -step, axis))
    return total
