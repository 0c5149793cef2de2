"""The painting back onto the picture: as a change, so that strength, alpha and light beyond white
are the picture's own."""

from __future__ import annotations

import numpy as np

from ...base import FloatImage
from ..patchmatch.kernels import Flag, Floats
from ..patchmatch.lanes import Lanes
from ..strict import strict


def combined(image: FloatImage, painted: Floats, strength: float, lanes: Lanes) -> FloatImage:
    """``image`` (H, W, 2 | 4) changed towards ``painted`` (h, w, 3), which is enlarged to its size;
    a new array.

    What lies beyond 0..1 is added again: a lamp in an HDR picture stays brighter than the paper.
    Values that are not finite and alpha stay as they are.

    :raises Cancelled: the order is to stop
    """
    result = np.empty_like(image)
    lanes.rows(_combine, *image.shape[:2], image, painted, np.float32(strength), result)
    return result


@strict
def _combine(
    start: int, stop: int, flag: Flag, serial: int, image: Floats, painted: Floats,
    strength: float, result: Floats,
) -> None:  # fmt: skip
    height, width, channels = image.shape
    rows, columns = painted.shape[:2]
    step_y, step_x = np.float32(rows / height), np.float32(columns / width)
    half, one = np.float32(0.5), np.float32(1.0)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        py = min(max((np.float32(y) + half) * step_y - half, np.float32(0.0)), np.float32(rows - 1))
        top = int(py)
        bottom, fy = min(top + 1, rows - 1), py - np.float32(top)
        for x in range(width):
            px = (np.float32(x) + half) * step_x - half
            px = min(max(px, np.float32(0.0)), np.float32(columns - 1))
            left = int(px)
            right, fx = min(left + 1, columns - 1), px - np.float32(left)
            grey = np.float32(0.0)
            for c in range(3):
                upper = painted[top, left, c] * (one - fx) + painted[top, right, c] * fx
                lower = painted[bottom, left, c] * (one - fx) + painted[bottom, right, c] * fx
                value = upper * (one - fy) + lower * fy
                weight = np.float32(0.7152)
                if c != 1:
                    weight = np.float32(0.2126) if c == 0 else np.float32(0.0722)
                grey += weight * value
                if channels == 4:
                    own = image[y, x, c]
                    result[y, x, c] = own
                    if np.isfinite(own):
                        change = value - min(max(own, np.float32(0.0)), one)
                        result[y, x, c] = own + strength * change
            if channels == 2:
                own = image[y, x, 0]
                result[y, x, 0] = own
                if np.isfinite(own):
                    change = grey - min(max(own, np.float32(0.0)), one)
                    result[y, x, 0] = own + strength * change
            result[y, x, channels - 1] = image[y, x, channels - 1]
