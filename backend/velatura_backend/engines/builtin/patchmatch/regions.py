"""Masks: dilation by a square, depth inside a hole, halving."""

from __future__ import annotations

import numpy as np

from .kernels import BoolMask, Flag, Floats, kernel
from .lanes import Lanes


@kernel
def _dilate_along_rows(
    start: int, stop: int, flag: Flag, serial: int, mask: BoolMask, radius: int, out: BoolMask
) -> None:
    width = mask.shape[1]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        reach = -1
        for x in range(min(radius, width)):
            if mask[y, x]:
                reach = x + radius
        for x in range(width):
            if x + radius < width and mask[y, x + radius]:
                reach = x + 2 * radius
            out[y, x] = x <= reach


@kernel
def _dilate_along_columns(
    start: int, stop: int, flag: Flag, serial: int, mask: BoolMask, radius: int, out: BoolMask
) -> None:
    height, width = mask.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            out[y, x] = False
        for other in range(max(0, y - radius), min(height, y + radius + 1)):
            for x in range(width):
                out[y, x] |= mask[other, x]


def dilate(mask: BoolMask, radius: int, lanes: Lanes) -> BoolMask:
    """``mask`` grown by ``radius`` pixels in both directions (a square of side 2·radius + 1)."""
    height, width = mask.shape
    along, out = np.empty_like(mask), np.empty_like(mask)
    lanes.rows(_dilate_along_rows, height, width, mask, radius, along)
    lanes.rows(_dilate_along_columns, height, width, along, radius, out)
    return out


@kernel
def _chamfer(
    start: int, stop: int, flag: Flag, serial: int, inside: BoolMask, depth: Floats
) -> None:
    height, width = inside.shape
    straight, diagonal = np.float32(1.0), np.float32(1.4)
    far = np.float32(height + width)
    for sweep in range(2):
        sign = 1 if sweep == 0 else -1
        for k in range(height):
            if flag[0] == serial:
                return
            y = k if sweep == 0 else height - 1 - k
            for i in range(width):
                x = i if sweep == 0 else width - 1 - i
                if not inside[y, x]:
                    depth[y, x] = 0.0
                    continue
                best = far if sweep == 0 else depth[y, x]
                before, above = x - sign, y - sign
                if 0 <= before < width:
                    best = min(best, depth[y, before] + straight)
                if 0 <= above < height:
                    best = min(best, depth[above, x] + straight)
                    if x > 0:
                        best = min(best, depth[above, x - 1] + diagonal)
                    if x + 1 < width:
                        best = min(best, depth[above, x + 1] + diagonal)
                depth[y, x] = best


def depth_inside(inside: BoolMask, lanes: Lanes) -> Floats:
    """Distance of each pixel of ``inside`` to the nearest pixel outside it, in pixels, 0 outside;
    a chamfer distance, a few per cent off the Euclidean one. The picture's border is not outside.
    """
    depth = np.empty(inside.shape, np.float32)
    lanes.run(_chamfer, [(0, 1)], inside, depth)
    return depth


def halve_all(mask: BoolMask) -> BoolMask:
    """Half the size (rounded up); true where every pixel below is."""
    height, width = mask.shape
    even = np.ones((height + height % 2, width + width % 2), np.bool_)
    even[:height, :width] = mask
    return even[::2, ::2] & even[1::2, ::2] & even[::2, 1::2] & even[1::2, 1::2]
