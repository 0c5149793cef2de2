"""The sizes that a cut-out works in: the outline in a small one, the matte in a medium one, colours
and the result in the picture's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ...base import FloatImage, FloatMask
from ..patchmatch.kernels import Flag, Floats, kernel
from ..patchmatch.lanes import Lanes
from ..strict import strict
from .matting import solve_matte
from .sampling import Size, enlarged, shrunk
from .trimap import SUBJECT, UNKNOWN, Trimap

_SMALL_PIXELS = 1 << 16
_MEDIUM_PIXELS = 2_200_000
_LEAST_SIDE = 3
_GUIDE_RADIUS = 2
_GUIDE_NOISE = 1e-4


@dataclass(frozen=True)
class Work:
    """``guide``: (H, W, 3) what colours are compared in, the picture's size; ``medium`` and
    ``small``: the same, reduced."""

    guide: Floats
    medium: Floats
    small: Floats

    @property
    def size(self) -> Size:
        return self.guide.shape[0], self.guide.shape[1]

    @property
    def medium_size(self) -> Size:
        return self.medium.shape[0], self.medium.shape[1]

    @property
    def small_size(self) -> Size:
        return self.small.shape[0], self.small.shape[1]

    @property
    def is_reduced(self) -> bool:
        """Whether the matte is solved in less than the picture's size."""
        return self.medium_size != self.size


def scale_of(size: Size, full: Size) -> float:
    """How many pixels of ``size`` there are to one of ``full``, along a side."""
    return float(np.sqrt(size[0] * size[1] / (full[0] * full[1])))


def work_on(image: FloatImage, lanes: Lanes) -> Work:
    """A layer's transparency counts as mid-grey, highlights as a little more than white."""
    guide = _guide(image, lanes)
    medium = shrunk(guide, _reduced(guide, _MEDIUM_PIXELS), lanes)
    return Work(guide, medium, shrunk(medium, _reduced(medium, _SMALL_PIXELS), lanes))


def _guide(image: FloatImage, lanes: Lanes) -> Floats:
    guide = np.empty((*image.shape[:2], 3), np.float32)
    lanes.rows(_shade, *image.shape[:2], image, guide)
    return guide


@strict
def _shade(start: int, stop: int, flag: Flag, serial: int, image: Floats, guide: Floats) -> None:
    """What is no number counts as 0."""
    width, channels = image.shape[1], image.shape[2]
    zero, one, half = np.float32(0.0), np.float32(1.0), np.float32(0.5)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            alpha = image[y, x, channels - 1]
            alpha = zero if np.isnan(alpha) else min(max(alpha, zero), one)
            for c in range(3):
                value = image[y, x, min(c, channels - 2)]
                value = zero if np.isnan(value) else min(max(value, -half), np.float32(2.0))
                guide[y, x, c] = value * alpha + half * (one - alpha)


def _reduced(guide: Floats, pixels: int) -> Size:
    height, width = guide.shape[:2]
    scale = min(1.0, float(np.sqrt(pixels / (height * width))))
    return max(1, round(height * scale)), max(1, round(width * scale))


def full_matte(work: Work, trimap: Trimap, lanes: Lanes) -> FloatMask:
    """The matte in the picture's size, solved in the medium one."""
    states = trimap.states
    if min(states.shape) < _LEAST_SIDE or not (states == UNKNOWN).any():
        return enlarged((states == SUBJECT).astype(np.float32), work.size, lanes)
    alpha = solve_matte(work.medium, states, trimap.leaning, lanes)
    return _guided(work, alpha, lanes) if work.is_reduced else alpha


@kernel
def _follow(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    guide: Floats,
    alpha: Floats,
    lines: Floats,
    out: Floats,
) -> None:
    """Alpha by the local straight lines, looked up between the medium size's pixels; where it is 0
    or 1 all around, it is that."""
    height, width = out.shape
    rows, columns = alpha.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        fy = min(max((y + 0.5) * rows / height - 0.5, 0.0), rows - 1.0)
        top = min(int(fy), max(rows - 2, 0))
        below, v = min(top + 1, rows - 1), fy - top
        for x in range(width):
            fx = min(max((x + 0.5) * columns / width - 0.5, 0.0), columns - 1.0)
            left = min(int(fx), max(columns - 2, 0))
            right, u = min(left + 1, columns - 1), fx - left
            total = alpha[top, left] + alpha[top, right] + alpha[below, left] + alpha[below, right]
            if total <= 0.0 or total >= 4.0:
                out[y, x] = total * 0.25
                continue
            total = 0.0
            for c in range(4):
                upper = lines[top, left, c] * (1 - u) + lines[top, right, c] * u
                lower = lines[below, left, c] * (1 - u) + lines[below, right, c] * u
                slope = upper * (1 - v) + lower * v
                total += slope * guide[y, x, c] if c < 3 else slope
            out[y, x] = min(max(total, 0.0), 1.0)


def _guided(work: Work, alpha: Floats, lanes: Lanes) -> FloatMask:
    """Alpha follows the large picture's colours as it followed the medium one's (He and Sun, Fast
    Guided Filter, 2015)."""
    lines = _lines(work.medium, alpha, lanes)
    out = np.empty(work.size, np.float32)
    lanes.rows(_follow, *work.size, work.guide, alpha, lines, out)
    return out


def _lines(guide: Floats, alpha: Floats, lanes: Lanes) -> Floats:
    """(h, w, 4): three slopes and a level."""
    side = 2 * _GUIDE_RADIUS + 1

    def mean(values: Floats) -> Floats:
        lanes.check()
        return np.asarray(ndimage.uniform_filter(values, side, mode="nearest"), np.float32)

    centre = [mean(guide[..., c]) for c in range(3)]
    level = mean(alpha)
    shared = [mean(guide[..., c] * alpha) - centre[c] * level for c in range(3)]
    xx, yy, zz = (
        np.maximum(mean(guide[..., c] ** 2) - centre[c] ** 2, 0.0) + np.float32(_GUIDE_NOISE)
        for c in range(3)
    )
    xy, xz, yz = (
        mean(guide[..., i] * guide[..., j]) - centre[i] * centre[j]
        for i, j in ((0, 1), (0, 2), (1, 2))
    )
    lanes.check()
    rows = (
        (yy * zz - yz * yz, yz * xz - xy * zz, xy * yz - yy * xz),
        (yz * xz - xy * zz, xx * zz - xz * xz, xy * xz - xx * yz),
        (xy * yz - yy * xz, xy * xz - xx * yz, xx * yy - xy * xy),
    )
    lanes.check()
    scale = 1.0 / np.maximum(xx * rows[0][0] + xy * rows[0][1] + xz * rows[0][2], 1e-18)
    lines = np.empty((*alpha.shape, 4), np.float32)
    for c in range(3):
        lanes.check()
        slope = sum(rows[c][k] * shared[k] for k in range(3)) * scale
        level = level - slope * centre[c]
        lines[..., c] = mean(np.asarray(slope, np.float32))
    lines[..., 3] = mean(np.asarray(level, np.float32))
    return lines
