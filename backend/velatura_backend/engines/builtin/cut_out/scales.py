"""The sizes that a cut-out works in: the outline in a small one, the matte in a medium one, colours
and the result in the picture's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from velatura_protocol.geometry import Size

from ....imaging.resize import Filter, resize, resize_mask
from ...base import FloatImage, FloatMask
from ..patchmatch.kernels import Flag, Floats, kernel
from ..patchmatch.lanes import Lanes
from .matting import solve_matte
from .trimap import UNKNOWN, States

_SMALL_PIXELS = 1 << 16
_MEDIUM_PIXELS = 2_200_000
_LEAST_SIDE = 3
_GUIDE_RADIUS = 2
_GUIDE_NOISE = 1e-4


@dataclass(frozen=True)
class Work:
    """``guide``: (H, W, 3) what colours are compared in, the picture's size; ``medium`` and
    ``small``: the same, reduced; the scales are theirs over the picture's."""

    guide: Floats
    medium: Floats
    small: Floats

    @property
    def small_scale(self) -> float:
        return float(np.sqrt(self.small[..., 0].size / self.guide[..., 0].size))

    @property
    def medium_scale(self) -> float:
        return float(np.sqrt(self.medium[..., 0].size / self.guide[..., 0].size))

    def small_mask(self, mask: FloatMask) -> FloatMask:
        return resize_mask(mask, _size(self.small), Filter.BOX)

    def medium_mask(self, mask: FloatMask) -> FloatMask:
        return resize_mask(mask, _size(self.medium), Filter.BOX)

    def medium_from_small(self, values: Floats) -> Floats:
        return _resampled(values, _size(self.medium))

    def full(self, values: Floats) -> Floats:
        return _resampled(values, _size(self.guide))


def _size(array: Floats) -> Size:
    return Size(array.shape[1], array.shape[0])


def _resampled(values: Floats, size: Size) -> Floats:
    packed = np.stack([values, np.ones_like(values)], axis=2)
    return np.ascontiguousarray(resize(packed, size, Filter.BILINEAR)[..., 0])


def work_on(image: FloatImage, lanes: Lanes) -> Work:
    """A layer's transparency counts as mid-grey, highlights as a little more than white."""
    guide = _guide(image, lanes)
    medium = _reduced(guide, _MEDIUM_PIXELS)
    lanes.check()
    return Work(guide, medium, _reduced(medium, _SMALL_PIXELS))


def _guide(image: FloatImage, lanes: Lanes) -> Floats:
    height, width, channels = image.shape
    guide = np.empty((height, width, 3), np.float32)
    for top in range(0, height, 256):
        lanes.check()
        rows = slice(top, top + 256)
        alpha = np.clip(np.nan_to_num(image[rows, :, -1:]), 0.0, 1.0)
        colours = np.clip(np.nan_to_num(image[rows, :, : channels - 1]), -0.5, 2.0)
        guide[rows] = colours * alpha + 0.5 * (1.0 - alpha)
    return guide


def _reduced(guide: Floats, pixels: int) -> Floats:
    height, width = guide.shape[:2]
    scale = np.sqrt(pixels / (height * width))
    if scale >= 1.0:
        return guide
    size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
    opaque = np.dstack([guide, np.ones((height, width), np.float32)])
    return np.ascontiguousarray(resize(opaque, size, Filter.BOX)[..., :3])


def enlarged_matte(work: Work, states: States, lanes: Lanes) -> FloatMask:
    """The matte in the picture's size, solved in the medium one."""
    if min(states.shape) < _LEAST_SIDE or not (states == UNKNOWN).any():
        return work.full((states != 0).astype(np.float32))
    nothing = np.zeros(states.shape, np.float32)
    alpha = solve_matte(work.medium, states, nothing, nothing, lanes)
    lanes.check()
    if work.medium.shape == work.guide.shape:
        return alpha
    return _guided(work, alpha, lanes)


@kernel
def _follow(
    start: int, stop: int, flag: Flag, serial: int, guide: Floats, lines: Floats, out: Floats
) -> None:
    """Alpha by the local straight lines, looked up between the medium size's pixels."""
    height, width = out.shape
    rows, columns = lines.shape[:2]
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
    out = np.empty(work.guide.shape[:2], np.float32)
    lanes.rows(_follow, *out.shape, work.guide, lines, out)
    return out


def _lines(guide: Floats, alpha: Floats, lanes: Lanes) -> Floats:
    """(h, w, 4): three slopes and a level."""
    side = 2 * _GUIDE_RADIUS + 1

    def mean(values: Floats) -> Floats:
        lanes.check()
        return ndimage.uniform_filter(values, side, mode="nearest")

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
    c0, c1, c2 = yy * zz - yz * yz, yz * xz - xy * zz, xy * yz - yy * xz
    scale = 1.0 / np.maximum(xx * c0 + xy * c1 + xz * c2, 1e-18)
    slopes = [
        (c0 * shared[0] + c1 * shared[1] + c2 * shared[2]) * scale,
        (c1 * shared[0] + (xx * zz - xz * xz) * shared[1] + (xy * xz - xx * yz) * shared[2])
        * scale,
        (c2 * shared[0] + (xy * xz - xx * yz) * shared[1] + (xx * yy - xy * xy) * shared[2])
        * scale,
    ]
    level = level - sum(slopes[c] * centre[c] for c in range(3))
    smoothed = [mean(each) for each in (*slopes, level)]
    return np.ascontiguousarray(np.stack(smoothed, axis=2), np.float32)
