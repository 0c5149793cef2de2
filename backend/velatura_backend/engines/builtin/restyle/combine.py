"""The painting back onto the picture: as a change, so that strength, alpha and light beyond white
are the picture's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...base import FloatImage
from ..patchmatch.kernels import Flag, Floats, Real, inlined
from ..patchmatch.lanes import Lanes
from ..strict import strict

_MOST_FINE = 0.25
"""Of tone, that lines too fine for the painting may add."""

_NOTHING = np.zeros((1, 1), np.float32)


@dataclass(frozen=True)
class Fine:
    """Lines too fine for the painting. ``tone``: (h, w) the picture's luminance in the painting's
    size; ``weight``: (h, w) how much of what the picture has beyond it is laid over."""

    tone: Floats
    weight: Floats


def combined(
    image: FloatImage,
    painted: Floats,
    strength: float,
    lanes: Lanes,
    fine: Fine | None = None,
) -> FloatImage:
    """``image`` (H, W, 2 | 4) changed towards ``painted`` (h, w, 3), which is brought to its size;
    a new array.

    What lies beyond 0..1 is added again: a lamp in an HDR picture stays brighter than the paper.
    Values that are not finite and alpha stay as they are.

    :raises Cancelled: the order is to stop
    """
    result = np.empty_like(image)
    tone, weight = (_NOTHING, _NOTHING) if fine is None else (fine.tone, fine.weight)
    lanes.rows(
        _combine, *image.shape[:2], image, painted, tone, weight, np.float32(strength), result
    )
    return result


@inlined
def _cubic(part: Real, weights: Floats) -> None:
    """Of the four samples around a place (Catmull and Rom): keeps strokes crisp when enlarged."""
    t = np.float32(part)
    half = np.float32(0.5)
    weights[0] = half * t * (t * (np.float32(2.0) - t) - np.float32(1.0))
    weights[1] = half * (t * t * (np.float32(3.0) * t - np.float32(5.0)) + np.float32(2.0))
    weights[2] = half * t * (t * (np.float32(4.0) - np.float32(3.0) * t) + np.float32(1.0))
    weights[3] = half * t * t * (t - np.float32(1.0))


@inlined
def _mixed(plane: Floats, top: int, bottom: int, left: int, right: int, fy: Real, fx: Real) -> Real:
    one = np.float32(1.0)
    upper = plane[top, left] * (one - fx) + plane[top, right] * fx
    lower = plane[bottom, left] * (one - fx) + plane[bottom, right] * fx
    return upper * (one - fy) + lower * fy


@strict
def _combine(
    start: int, stop: int, flag: Flag, serial: int, image: Floats, painted: Floats, tone: Floats,
    weight: Floats, strength: float, result: Floats,
) -> None:  # fmt: skip
    height, width, channels = image.shape
    rows, columns = painted.shape[:2]
    step_y, step_x = np.float32(rows / height), np.float32(columns / width)
    zero, half, one = np.float32(0.0), np.float32(0.5), np.float32(1.0)
    shares = (np.float32(0.2126), np.float32(0.7152), np.float32(0.0722))
    across, down = np.empty(4, np.float32), np.empty(4, np.float32)
    value = np.empty(3, np.float32)
    is_fine = tone.shape[0] == rows and tone.shape[1] == columns
    for y in range(start, stop):
        if flag[0] == serial:
            return
        py = (np.float32(y) + half) * step_y - half
        top = int(np.floor(py))
        _cubic(py - np.float32(top), down)
        for x in range(width):
            px = (np.float32(x) + half) * step_x - half
            left = int(np.floor(px))
            _cubic(px - np.float32(left), across)
            value[:] = zero
            for j in range(4):
                v = min(max(top - 1 + j, 0), rows - 1)
                for i in range(4):
                    u = min(max(left - 1 + i, 0), columns - 1)
                    share = down[j] * across[i]
                    for c in range(3):
                        value[c] += share * painted[v, u, c]
            if is_fine:
                own = zero
                for c in range(3):
                    sample = image[y, x, c if channels == 4 else 0]
                    if np.isfinite(sample):
                        own += shares[c] * min(max(sample, zero), one)
                v, w = min(max(top, 0), rows - 1), min(max(top + 1, 0), rows - 1)
                u, t = min(max(left, 0), columns - 1), min(max(left + 1, 0), columns - 1)
                fy, fx = py - np.float32(top), px - np.float32(left)
                line = own - _mixed(tone, v, w, u, t, fy, fx)
                line *= _mixed(weight, v, w, u, t, fy, fx)
                line = min(max(line, np.float32(-_MOST_FINE)), np.float32(_MOST_FINE))
                for c in range(3):
                    value[c] += line
            grey = zero
            for c in range(3):
                value[c] = min(max(value[c], zero), one)
                grey += shares[c] * value[c]
            for c in range(channels - 1):
                own = image[y, x, c]
                result[y, x, c] = own
                if np.isfinite(own):
                    goal = value[c] if channels == 4 else grey
                    result[y, x, c] = own + strength * (goal - min(max(own, zero), one))
            result[y, x, channels - 1] = image[y, x, channels - 1]
