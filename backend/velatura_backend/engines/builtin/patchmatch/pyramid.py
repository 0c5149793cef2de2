"""The picture as padded feature arrays, halved until the hole is thin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...base import CancelToken
from .distance import RADIUS, SIDE
from .kernels import BoolMask, Flag, Floats, Real, inlined, kernel
from .lanes import Lanes
from .regions import depth_inside, dilate, halve_all

TEXTURE_CHANNELS = 2
_THIN = 24.0
"""Pixels. Up to this thickness a biharmonic fill is a good start for wires, text and scratches."""

_MAX_SLENDER = 72.0
_SLENDER_LENGTH = 4.0
_SPOT = 10.0
_TEXTURE_REACH = 2
_MIN_COARSE_SIDE = 2 * SIDE
_MAX_LEVELS = 12


@dataclass(frozen=True)
class Masks:
    """Of one level, without padding. ``known``: may be compared with; ``source``: may be copied
    (a part of known); ``hole``: to fill. What is neither known nor hole is left alone. ``guide``:
    lines that what is copied should lie on, too."""

    hole: BoolMask
    known: BoolMask
    source: BoolMask
    guide: BoolMask | None = None

    def halved(self) -> Masks:
        guide = None if self.guide is None else ~halve_all(~self.guide)
        return Masks(~halve_all(~self.hole), halve_all(self.known), halve_all(self.source), guide)


def thickness_of(hole: BoolMask, lanes: Lanes) -> float:
    """Pixels across the hole where it is thickest."""
    return 2.0 * float(depth_inside(hole, lanes).max())


def is_slender(hole: BoolMask, thickness: float) -> bool:
    """A wire, letter or scratch rather than a blob: much longer than thick; or a mere spot."""
    if thickness <= _SPOT:
        return True
    long = np.count_nonzero(hole) >= _SLENDER_LENGTH * thickness**2
    return thickness <= _MAX_SLENDER and bool(long)


def pyramid_masks(
    masks: Masks, thickness: float, slender: bool, min_sources: int, lanes: Lanes
) -> list[Masks]:
    """The levels, finest first: halved while the hole is thicker than a patch (or than what a
    biharmonic fill bridges) and at least ``min_sources`` whole patches are left to copy. Both
    count: at 1/16 scale hardly a whole patch is left near a big hole, and whatever is left gets
    pasted into the middle of it."""
    levels = [masks]
    enough = _THIN if slender else 2 * RADIUS
    while len(levels) < _MAX_LEVELS and thickness > enough:
        coarser = levels[-1].halved()
        if min(coarser.hole.shape) < _MIN_COARSE_SIDE:
            break
        if np.count_nonzero(valid_patches(coarser, lanes)) < min_sources:
            break
        levels.append(coarser)
        thickness /= 2.0
    return levels


def valid_patches(masks: Masks, lanes: Lanes) -> BoolMask:
    """Where a whole patch inside the picture may be copied; padded by RADIUS."""
    unusable = np.ones(tuple(side + 2 * RADIUS for side in masks.source.shape), np.bool_)
    unusable[RADIUS:-RADIUS, RADIUS:-RADIUS] = ~masks.source
    return ~dilate(unusable, RADIUS, lanes)


@inlined
def _step(luminance: Floats, known: BoolMask, y: int, x: int, ny: int, nx: int) -> Real:
    """|difference| to a neighbour; negative where there is no known one."""
    height, width = known.shape
    if ny < 0 or nx < 0 or ny >= height or nx >= width or not known[ny, nx]:
        return np.float32(-1.0)
    return abs(luminance[ny, nx] - luminance[y, x])


@kernel
def _assemble(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    image: Floats,
    luminance: Floats,
    known: BoolMask,
    gain: Real,
    features: Floats,
) -> None:
    """Colours, then |d/dx| and |d/dy| of the luminance from known pixels only."""
    width, colours = image.shape[1], image.shape[2]
    channels = colours + TEXTURE_CHANNELS
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            first = (x + RADIUS) * channels
            for c in range(colours):
                features[y + RADIUS, first + c] = image[y, x, c]
            for axis in range(TEXTURE_CHANNELS):
                value = np.float32(0.0)
                if known[y, x]:
                    dy, dx = (0, 1) if axis == 0 else (1, 0)
                    ahead = _step(luminance, known, y, x, y + dy, x + dx)
                    behind = _step(luminance, known, y, x, y - dy, x - dx)
                    value = max(ahead, np.float32(0.0)) + max(behind, np.float32(0.0))
                    if ahead >= 0.0 and behind >= 0.0:
                        value *= np.float32(0.5)
                features[y + RADIUS, first + colours + axis] = value * gain


def assemble(image: Floats, known: BoolMask, gain: Real, lanes: Lanes) -> Floats:
    """Padded features (height + 2R, (width + 2R) · channels) of a (height, width, colours) image:
    its colours and, ``gain`` times, its texture."""
    height, width, colours = image.shape
    channels = colours + TEXTURE_CHANNELS
    features = np.zeros((height + 2 * RADIUS, (width + 2 * RADIUS) * channels), np.float32)
    luminance = image[..., 0].copy()
    for colour in range(1, colours):  # mean(axis=2) takes ten times as long
        luminance += image[..., colour]
    luminance /= colours
    lanes.check()
    lanes.rows(_assemble, height, width, image, luminance, known, np.float32(gain), features)
    return features


@kernel
def _halve(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    fine: Floats,
    fine_top: int,
    known: BoolMask,
    channels: int,
    coarse: Floats,
    coarse_top: int,
) -> None:
    height, width = known.shape
    total = np.empty(channels, np.float32)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range((width + 1) // 2):
            total[:] = 0.0
            count = np.float32(0.0)
            for fy in range(2 * y, min(2 * y + 2, height)):
                for fx in range(2 * x, min(2 * x + 2, width)):
                    if known[fy, fx]:
                        count += np.float32(1.0)
                        first = (fx + RADIUS) * channels
                        for c in range(channels):
                            total[c] += fine[fine_top + fy + RADIUS, first + c]
            if count > 0.0:
                for c in range(channels):
                    coarse[coarse_top + y + RADIUS, (x + RADIUS) * channels + c] = total[c] / count


def halve_features(fine: Floats, known: BoolMask, channels: int, lanes: Lanes) -> Floats:
    """Half the size (rounded up): the mean of the known pixels below each; 0 where none is."""
    height, width = ((side + 1) // 2 for side in known.shape)
    coarse = np.zeros((height + 2 * RADIUS, (width + 2 * RADIUS) * channels), np.float32)
    halve_into(coarse, 0, fine, 0, known, channels, lanes)
    return coarse


def halve_into(
    coarse: Floats,
    coarse_top: int,
    fine: Floats,
    fine_top: int,
    known: BoolMask,
    channels: int,
    lanes: Lanes,
) -> None:
    """:func:`halve_features` of what lies in ``fine`` from a row on, into ``coarse`` from a row on,
    which is all 0."""
    height, width = ((side + 1) // 2 for side in known.shape)
    lanes.rows(_halve, height, width, fine, fine_top, known, channels, coarse, coarse_top)


@kernel
def _soften_texture(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    texture: Floats,
    known: BoolMask,
    channels: int,
    features: Floats,
) -> None:
    """The mean over known pixels of a 5x5 window: a property of the place, not of the pixel."""
    height, width = known.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if not known[y, x]:
                continue
            across, down, count = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for ny in range(max(0, y - _TEXTURE_REACH), min(height, y + _TEXTURE_REACH + 1)):
                for nx in range(max(0, x - _TEXTURE_REACH), min(width, x + _TEXTURE_REACH + 1)):
                    if known[ny, nx]:
                        across += texture[ny, nx, 0]
                        down += texture[ny, nx, 1]
                        count += np.float32(1.0)
            last = (x + RADIUS + 1) * channels
            features[y + RADIUS, last - 2] = across / count
            features[y + RADIUS, last - 1] = down / count


def soften_texture(features: Floats, known: BoolMask, channels: int, lanes: Lanes) -> None:
    """Averages the texture channels over their neighbourhood, in place."""
    height, width = known.shape
    inner = features.reshape(len(features), -1, channels)[RADIUS:-RADIUS, RADIUS:-RADIUS]
    texture = np.ascontiguousarray(inner[..., -TEXTURE_CHANNELS:])
    lanes.rows(_soften_texture, height, width, texture, known, channels, features)


def roughness_of(
    colours: Floats, known: BoolMask, gain: float, rows: slice, cancel: CancelToken
) -> Floats:
    """(rows, width): the mean step to a known neighbour, in a window of 5x5, ``gain`` times. Only
    those rows, and a few around them, are looked at."""
    first = max(0, rows.start - _TEXTURE_REACH - 1)
    window = slice(first, min(len(colours), rows.stop + _TEXTURE_REACH + 1))
    with Lanes(1, cancel) as lanes:
        features = assemble(colours[window], known[window], gain, lanes)
        channels = colours.shape[2] + TEXTURE_CHANNELS
        soften_texture(features, known[window], channels, lanes)
    planes = features.reshape(len(features), -1, channels)[RADIUS:-RADIUS, RADIUS:-RADIUS]
    own = planes[rows.start - first : rows.stop - first]
    return 0.5 * (own[..., -2] + own[..., -1])


def value_range(image: Floats, source: BoolMask) -> tuple[Floats, Floats]:
    """The least and the most of each colour of a (height, width, colours) image among the pixels
    that may be copied.

    Channel by channel: a gather of whole pixels took five times as long.
    """
    channels = [image[..., index] for index in range(image.shape[2])]
    least = [np.min(each, where=source, initial=np.inf) for each in channels]
    most = [np.max(each, where=source, initial=-np.inf) for each in channels]
    return np.array(least, np.float32), np.array(most, np.float32)
