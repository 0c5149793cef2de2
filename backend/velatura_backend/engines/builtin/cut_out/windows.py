"""The kernels of :mod:`.matting`: windows of 3x3 pixels, and steps of conjugate gradients.

Pixels of interest are given row by row: those of row y have the columns
``columns[first[y]:first[y + 1]]``. Arrays have a border of one pixel, for the indices' sake.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..patchmatch.kernels import Bytes, Flag, Floats, Indices, kernel


@kernel
def window_statistics(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    guide: Floats,
    first: Indices,
    columns: Indices,
    noise: float,
    means: Floats,
    inverses: Floats,
) -> None:
    """Mean colour and inverse covariance of each window; (xx, xy, xz, yy, yz, zz)."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for item in range(first[y], first[y + 1]):
            x = columns[item]
            mean = np.zeros(3)
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    for c in range(3):
                        mean[c] += guide[y + dy, x + dx, c] / 9.0
            xx, xy, xz, yy, yz, zz = noise, 0.0, 0.0, noise, 0.0, noise
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    r = guide[y + dy, x + dx, 0] - mean[0]
                    g = guide[y + dy, x + dx, 1] - mean[1]
                    b = guide[y + dy, x + dx, 2] - mean[2]
                    xx, xy, xz = xx + r * r / 9.0, xy + r * g / 9.0, xz + r * b / 9.0
                    yy, yz, zz = yy + g * g / 9.0, yz + g * b / 9.0, zz + b * b / 9.0
            c0, c1, c2 = yy * zz - yz * yz, yz * xz - xy * zz, xy * yz - yy * xz
            scale = 1.0 / (xx * c0 + xy * c1 + xz * c2)
            inverses[y, x, 0], inverses[y, x, 1], inverses[y, x, 2] = (
                c0 * scale,
                c1 * scale,
                c2 * scale,
            )
            inverses[y, x, 3] = (xx * zz - xz * xz) * scale
            inverses[y, x, 4] = (xy * xz - xx * yz) * scale
            inverses[y, x, 5] = (xx * yy - xy * xy) * scale
            for c in range(3):
                means[y, x, c] = mean[c]


@kernel
def fit_windows(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    guide: Floats,
    first: Indices,
    columns: Indices,
    means: Floats,
    inverses: Floats,
    values: Floats,
    lines: Floats,
) -> None:
    """Each window's best linear function of colour: three slopes, and the mean value."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for item in range(first[y], first[y + 1]):
            x = columns[item]
            m0, m1, m2 = means[y, x, 0], means[y, x, 1], means[y, x, 2]
            total, s0, s1, s2 = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    value = values[y + dy, x + dx]
                    total += value
                    s0 += value * (guide[y + dy, x + dx, 0] - m0)
                    s1 += value * (guide[y + dy, x + dx, 1] - m1)
                    s2 += value * (guide[y + dy, x + dx, 2] - m2)
            ninth = np.float32(1.0 / 9.0)
            s0, s1, s2 = s0 * ninth, s1 * ninth, s2 * ninth
            i = inverses[y, x]
            lines[y, x, 0] = i[0] * s0 + i[1] * s1 + i[2] * s2
            lines[y, x, 1] = i[1] * s0 + i[3] * s1 + i[4] * s2
            lines[y, x, 2] = i[2] * s0 + i[4] * s1 + i[5] * s2
            lines[y, x, 3] = total * ninth


@kernel
def miss(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    guide: Floats,
    first: Indices,
    columns: Indices,
    windows: Bytes,
    means: Floats,
    lines: Floats,
    trust: Floats,
    values: Floats,
    out: Floats,
    partial: NDArray[np.float64],
) -> None:
    """The matrix's product at the unknown pixels, and a row's own product with ``values``."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        dot = 0.0
        for item in range(first[y], first[y + 1]):
            x = columns[item]
            here, total = values[y, x], np.float32(0.0)
            g0, g1, g2 = guide[y, x, 0], guide[y, x, 1], guide[y, x, 2]
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    v, u = y + dy, x + dx
                    if windows[v, u]:
                        total += here - lines[v, u, 3]
                        total -= lines[v, u, 0] * (g0 - means[v, u, 0])
                        total -= lines[v, u, 1] * (g1 - means[v, u, 1])
                        total -= lines[v, u, 2] * (g2 - means[v, u, 2])
            total += trust[y, x] * here
            out[y, x] = total
            dot += total * here
        partial[y] = dot


@kernel
def diagonal(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    guide: Floats,
    first: Indices,
    columns: Indices,
    windows: Bytes,
    means: Floats,
    inverses: Floats,
    trust: Floats,
    out: Floats,
) -> None:
    """One over the matrix's diagonal."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for item in range(first[y], first[y + 1]):
            x = columns[item]
            total = trust[y, x] + np.float32(1e-6)
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    v, u = y + dy, x + dx
                    if windows[v, u]:
                        r = guide[y, x, 0] - means[v, u, 0]
                        g = guide[y, x, 1] - means[v, u, 1]
                        b = guide[y, x, 2] - means[v, u, 2]
                        i = inverses[v, u]
                        product = r * (i[0] * r + 2 * i[1] * g + 2 * i[2] * b)
                        product += g * (i[3] * g + 2 * i[4] * b) + i[5] * b * b
                        total += np.float32(1.0) - (np.float32(1.0) + product) / np.float32(9.0)
            out[y, x] = np.float32(1.0) / max(total, np.float32(1e-6))


@kernel
def advance(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    step: float,
    first: Indices,
    columns: Indices,
    inverse: Floats,
    direction: Floats,
    product: Floats,
    values: Floats,
    residual: Floats,
    partial: NDArray[np.float64],
) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        dot = 0.0
        for item in range(first[y], first[y + 1]):
            x = columns[item]
            values[y, x] += step * direction[y, x]
            rest = residual[y, x] - step * product[y, x]
            residual[y, x] = rest
            dot += rest * rest * inverse[y, x]
        partial[y] = dot


@kernel
def turn(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    share: float,
    first: Indices,
    columns: Indices,
    inverse: Floats,
    residual: Floats,
    direction: Floats,
) -> None:
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for item in range(first[y], first[y + 1]):
            x = columns[item]
            direction[y, x] = inverse[y, x] * residual[y, x] + share * direction[y, x]
