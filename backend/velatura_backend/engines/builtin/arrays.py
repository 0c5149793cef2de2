"""Large arrays by kernels: twelve megapixels of new memory take a while, and a cancel does not wait
for it."""

from __future__ import annotations

import numpy as np

from .patchmatch.kernels import Flag, Floats
from .patchmatch.lanes import Lanes
from .strict import strict


@strict
def _copy(start: int, stop: int, flag: Flag, serial: int, values: Floats, out: Floats) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        out[y] = values[y]


@strict
def _fill(start: int, stop: int, flag: Flag, serial: int, value: Floats, out: Floats) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        out[y] = value


@strict
def _finite(start: int, stop: int, flag: Flag, serial: int, values: Floats, out: Floats) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(out.shape[1]):
            for c in range(out.shape[2]):
                value = values[y, x, c]
                out[y, x, c] = value if np.isfinite(value) else np.float32(0.0)


def copied(values: Floats, lanes: Lanes) -> Floats:
    """(H, W, c) again.

    :raises Cancelled: the order is to stop
    """
    out = np.empty(values.shape, np.float32)
    lanes.rows(_copy, *values.shape[:2], values, out)
    return out


def finite(values: Floats, lanes: Lanes) -> Floats:
    """A copy of (H, W, c), 0 where a value is not finite.

    :raises Cancelled: the order is to stop
    """
    out = np.empty(values.shape, np.float32)
    lanes.rows(_finite, *values.shape[:2], values, out)
    return out


def filled(height: int, width: int, value: tuple[float, ...], lanes: Lanes) -> Floats:
    """(height, width, c), each pixel of these channels.

    :raises Cancelled: the order is to stop
    """
    out = np.empty((height, width, len(value)), np.float32)
    lanes.rows(_fill, height, width, np.array(value, np.float32), out)
    return out
