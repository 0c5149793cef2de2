"""Each pixel the nearest colour of a palette, in OKLab; for flats and pixel art."""

from __future__ import annotations

import numpy as np

from ...base import FloatImage
from ..arrays import copied
from ..patchmatch.kernels import Flag, Floats, Indices, Real, inlined
from ..patchmatch.lanes import Lanes
from .oklab import Doubles, careful_kernel, decoding_table, oklab_of, to_oklab

_LARGE = 3e38
_REACH = 2
_STEEP = 0.02
_NONE = -1


def _bayer() -> Floats:
    """The 8x8 ordered-dither matrix, -0.5..0.5."""
    matrix = np.zeros((1, 1))
    for _ in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    return ((matrix + 0.5) / 64 - 0.5).astype(np.float32)


@inlined
def _nearest(light: Real, a: Real, b: Real, palette: Floats) -> int:
    best, least = 0, np.float32(1e30)
    for c in range(len(palette)):
        away = (light - palette[c, 0]) ** 2 + (a - palette[c, 1]) ** 2 + (b - palette[c, 2]) ** 2
        if away < least:
            best, least = c, away
    return best


@careful_kernel
def _label(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    palette: Floats,
    table: Floats,
    dither: Floats,
    labels: Indices,
) -> None:
    """Index of the nearest colour; -1 where a value is not finite."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(image.shape[1]):
            r, g, b = image[y, x, 0], image[y, x, 1], image[y, x, 2]
            if not (abs(r) < _LARGE and abs(g) < _LARGE and abs(b) < _LARGE):
                labels[y, x] = _NONE
                continue
            light, green_red, blue_yellow = oklab_of(r, g, b, table)
            light += dither[y & 7, x & 7]
            labels[y, x] = _nearest(light, green_red, blue_yellow, palette)


@careful_kernel
def _write(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    labels: Indices,
    palette: Floats,
    out: Floats,
) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(image.shape[1]):
            for axis in range(3):
                found = labels[y, x]
                out[y, x, axis] = image[y, x, axis] if found < 0 else palette[found, axis]


@careful_kernel
def _mix_edges(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    labels: Indices,
    flat: Indices,
    palette: Floats,
    out: Floats,
) -> None:
    """Where areas of two colours meet, each pixel between them is the mixture of the new colours
    that it was of the old ones; the old ones are those of the nearest flat pixels."""
    height, width = labels.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if flat[y, x] != 0 or labels[y, x] < 0:
                continue
            best = np.float32(1e30)
            for y1 in range(max(0, y - _REACH), min(height, y + _REACH + 1)):
                for x1 in range(max(0, x - _REACH), min(width, x + _REACH + 1)):
                    if flat[y1, x1] == 0:
                        continue
                    y2, x2 = 2 * y - y1, 2 * x - x1
                    first, second = labels[y1, x1], np.int32(_NONE)
                    if 0 <= y2 < height and 0 <= x2 < width and flat[y2, x2] != 0:
                        second = labels[y2, x2]
                    if second < 0:
                        continue
                    along, length = np.float32(0.0), np.float32(1e-9)
                    for axis in range(3):
                        step = image[y2, x2, axis] - image[y1, x1, axis]
                        along += step * (image[y, x, axis] - image[y1, x1, axis])
                        length += step * step
                    share = min(max(along / length, np.float32(0.0)), np.float32(1.0))
                    if length < 1e-6:
                        share = np.float32(0.0)
                    miss = np.float32(0.0)
                    for axis in range(3):
                        step = image[y2, x2, axis] - image[y1, x1, axis]
                        miss += (image[y, x, axis] - image[y1, x1, axis] - share * step) ** 2
                    if miss < best:
                        best = miss
                        for axis in range(3):
                            there, other = palette[first, axis], palette[second, axis]
                            out[y, x, axis] = there + share * (other - there)


def snap(
    image: FloatImage, palette: Doubles, *, dither: float, soft_edges: bool, lanes: Lanes
) -> FloatImage:
    """(H, W, 4) in the palette's colours, (k, 3) encoded, exactly; alpha as it is.

    ``dither`` 0..1: ordered, as strong as the palette's colours are apart. ``soft_edges``:
    mixtures of two areas' colours stay mixtures. What is not finite stays.
    """
    height, width = image.shape[:2]
    labels, out = np.empty((height, width), np.int32), copied(image, lanes)
    lab, colours = to_oklab(palette).astype(np.float32), palette.astype(np.float32)
    pattern = _bayer() * np.float32(dither * _usual_step(lab))
    lanes.rows(_label, height, width, image, lab, decoding_table(), pattern, labels)
    lanes.rows(_write, height, width, image, labels, colours, out)
    flat = _flat_areas(image, lanes) if soft_edges else np.ones((height, width), np.int32)
    lanes.rows(_mix_edges, height, width, image, labels, flat, colours, out)
    return out


def _usual_step(lab: Floats) -> float:
    """How far apart the palette's colours are in lightness, in the median."""
    steps = np.diff(np.sort(lab[:, 0]))
    steps = steps[steps > 1e-3]
    return float(np.median(steps)) if len(steps) else 0.0


@careful_kernel
def _find_flat(
    start: int, stop: int, flag: Flag, serial: int, image: Floats, flat: Indices
) -> None:
    """1 where a pixel is like at least three of its four neighbours."""
    height, width = flat.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            alike = 0
            for side in range(4):
                ny = min(max(y + (side == 1) - (side == 0), 0), height - 1)
                nx = min(max(x + (side == 3) - (side == 2), 0), width - 1)
                most = np.float32(0.0)
                for axis in range(3):
                    most = max(most, abs(image[ny, nx, axis] - image[y, x, axis]))
                alike += most < _STEEP
            flat[y, x] = alike >= 3


def _flat_areas(image: FloatImage, lanes: Lanes) -> Indices:
    flat = np.zeros(image.shape[:2], np.int32)
    lanes.rows(_find_flat, image.shape[0], image.shape[1], image, flat)
    return flat
