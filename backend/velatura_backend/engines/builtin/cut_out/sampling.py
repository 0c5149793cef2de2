"""Other sizes of arrays, by kernels: a cancel does not wait for twelve megapixels to be resized."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..patchmatch.kernels import Flag, Floats, kernel
from ..patchmatch.lanes import Lanes

Size = tuple[int, int]
"""Height, width."""


@kernel
def _shrink(start: int, stop: int, flag: Flag, serial: int, values: Floats, out: Floats) -> None:
    height, width, channels = values.shape
    rows, columns = out.shape[:2]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        top, bottom = y * height // rows, max((y + 1) * height // rows, y * height // rows + 1)
        for x in range(columns):
            left = x * width // columns
            right = max((x + 1) * width // columns, left + 1)
            share = np.float32(1.0) / ((bottom - top) * (right - left))
            for c in range(channels):
                total = np.float32(0.0)
                for v in range(top, bottom):
                    for u in range(left, right):
                        total += values[v, u, c]
                out[y, x, c] = total * share


@kernel
def _enlarge(start: int, stop: int, flag: Flag, serial: int, values: Floats, out: Floats) -> None:
    height, width, channels = out.shape
    rows, columns = values.shape[:2]
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
            for c in range(channels):
                upper = values[top, left, c] * (1 - u) + values[top, right, c] * u
                lower = values[below, left, c] * (1 - u) + values[below, right, c] * u
                out[y, x, c] = upper * (1 - v) + lower * v


def shrunk(values: Floats, size: Size, lanes: Lanes) -> Floats:
    """Means over what each pixel covers, to the pixel. (H, W) or (H, W, c), not enlarged."""
    return _run(_shrink, values, size, lanes)


def enlarged(values: Floats, size: Size, lanes: Lanes) -> Floats:
    """Bilinear. (H, W) or (H, W, c)."""
    return _run(_enlarge, values, size, lanes)


def _run(resample: Callable[..., None], values: Floats, size: Size, lanes: Lanes) -> Floats:
    if values.shape[:2] == size:
        return values
    layered = np.ascontiguousarray(values if values.ndim == 3 else values[..., None])
    out = np.empty((*size, layered.shape[2]), np.float32)
    lanes.rows(resample, *size, layered, out)
    return out if values.ndim == 3 else out[..., 0]


@kernel
def _halve(start: int, stop: int, flag: Flag, serial: int, values: Floats, out: Floats) -> None:
    height, width, channels = values.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        below = min(2 * y + 1, height - 1)
        for x in range(out.shape[1]):
            right = min(2 * x + 1, width - 1)
            for c in range(channels):
                total = values[2 * y, 2 * x, c] + values[below, 2 * x, c]
                total += values[2 * y, right, c] + values[below, right, c]
                out[y, x, c] = np.float32(0.25) * total


@kernel
def _double(start: int, stop: int, flag: Flag, serial: int, values: Floats, out: Floats) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(out.shape[1]):
            for c in range(out.shape[2]):
                out[y, x, c] = values[y // 2, x // 2, c]


def halved(values: Floats, lanes: Lanes) -> Floats:
    """(H, W) or (H, W, c): means of two by two; an odd last row or column counts twice."""
    half = (-(-values.shape[0] // 2), -(-values.shape[1] // 2))
    return _run(_halve, values, half, lanes)


def doubled(values: Floats, size: Size, lanes: Lanes) -> Floats:
    """The nearest pixel's values at twice the size, less what is too much."""
    return _run(_double, values, size, lanes)
