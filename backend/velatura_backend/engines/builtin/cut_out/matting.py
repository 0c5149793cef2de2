"""Closed-form matting (Levin, Lischinski, Weiss, PAMI 2008) without ever forming the matrix.

In every 3x3 window alpha is to be a linear function of colour. What a window adds to the matrix's
product with a vector is that vector's distance from its own best such function: two passes over the
unknown pixels and their windows, a few dozen operations each. Solved by conjugate gradients,
preconditioned by the diagonal, each level of a pyramid starting from the one below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..patchmatch.kernels import BoolMask, Bytes, Flag, Floats, Indices, kernel
from ..patchmatch.lanes import Lanes, row_pieces
from .trimap import SUBJECT, UNKNOWN, States, halved

_NOISE = 1e-6
_PULL = 0.02
_STEPS = 60
_COARSE_STEPS = 200
_COARSE_SIDE = 48
_ENOUGH = 1e-3


@dataclass(frozen=True)
class Rows:
    """Columns of the pixels of interest, row by row: those of row y are
    ``columns[first[y]:first[y + 1]]``."""

    first: Indices
    columns: Indices

    @classmethod
    def of(cls, chosen: NDArray[np.bool_]) -> Rows:
        first = np.concatenate([[0], np.cumsum(chosen.sum(axis=1))]).astype(np.int32)
        return cls(first, np.nonzero(chosen)[1].astype(np.int32))


@kernel
def _window_statistics(
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
def _fit_windows(
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
def _miss(
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
def _diagonal(
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
def _advance(
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
def _turn(
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


class _System:
    """One level: guide and states with a border of one pixel, everything the kernels need."""

    def __init__(self, guide: Floats, states: States, trust: Floats, lanes: Lanes) -> None:
        self.lanes, self.guide, self.trust = lanes, guide, trust
        self.unknown = states == UNKNOWN
        windows = self.unknown.copy()
        for axis in (0, 1):
            windows |= np.roll(windows, 1, axis) | np.roll(windows, -1, axis)
        # Only windows that lie in the picture: the border of one pixel is there for the indices.
        windows[:2], windows[-2:], windows[:, :2], windows[:, -2:] = False, False, False, False
        self.windows = windows.astype(np.uint8)
        self.near, self.free = Rows.of(windows), Rows.of(self.unknown)
        shape = guide.shape[:2]
        self.pieces = row_pieces(*shape)
        self.means = np.zeros((*shape, 3), np.float32)
        self.inverses = np.zeros((*shape, 6), np.float32)
        self.lines = np.zeros((*shape, 4), np.float32)
        self.partial = np.zeros(shape[0])
        lanes.run(
            _window_statistics,
            self.pieces,
            guide,
            self.near.first,
            self.near.columns,
            _NOISE,
            self.means,
            self.inverses,
        )

    def inverse_diagonal(self) -> Floats:
        out = np.zeros(self.guide.shape[:2], np.float32)
        free = self.free
        stats = (self.windows, self.means, self.inverses)
        self.lanes.run(
            _diagonal, self.pieces, self.guide, free.first, free.columns, *stats, self.trust, out
        )
        return out

    def fit(self, values: Floats) -> None:
        near, stats = self.near, (self.means, self.inverses)
        self.lanes.run(
            _fit_windows,
            self.pieces,
            self.guide,
            near.first,
            near.columns,
            *stats,
            values,
            self.lines,
        )

    def multiply(self, values: Floats, out: Floats) -> float:
        """The product at the unknown pixels; its scalar product with ``values`` there."""
        self.fit(values)
        free, stats = self.free, (self.windows, self.means, self.lines)
        self.lanes.run(
            _miss,
            self.pieces,
            self.guide,
            free.first,
            free.columns,
            *stats,
            self.trust,
            values,
            out,
            self.partial,
        )
        return float(self.partial.sum())

    def solve(self, alpha: Floats, wanted: BoolMask, steps: int) -> None:
        """Improves ``alpha`` in place; unknown pixels are drawn to ``wanted``."""
        inverse, product = self.inverse_diagonal(), np.zeros_like(alpha)
        self.multiply(alpha, product)
        residual = np.where(self.unknown, self.trust * wanted - product, np.float32(0.0))
        direction = np.zeros_like(alpha)
        gain, share = float((residual.astype(np.float64) ** 2 * inverse).sum()), 0.0
        goal = gain * _ENOUGH**2 + 1e-12
        free = self.free
        for _ in range(steps):
            if gain <= goal:
                break
            self.lanes.run(
                _turn,
                self.pieces,
                share,
                free.first,
                free.columns,
                inverse,
                residual,
                direction,
            )
            curvature = self.multiply(direction, product)
            if curvature <= 0.0:
                break
            self.lanes.run(
                _advance,
                self.pieces,
                gain / curvature,
                free.first,
                free.columns,
                inverse,
                direction,
                product,
                alpha,
                residual,
                self.partial,
            )
            gain, before = float(self.partial.sum()), gain
            share = gain / before


def solve_matte(guide: Floats, states: States, leaning: Floats, lanes: Lanes) -> Floats:
    """(H, W) alpha in 0..1. ``guide``: (H, W, 3), finite, at least 3 pixels a side. ``leaning``:
    (H, W) -1..1, which side an unknown pixel is rather on: without that, what differs from both
    sides, such as a dark collar, comes out as half transparent."""
    return np.clip(_level(guide, states, leaning, lanes), 0.0, 1.0)


def _level(guide: Floats, states: States, leaning: Floats, lanes: Lanes) -> Floats:
    height, width = states.shape
    lanes.check()
    if min(height, width) > _COARSE_SIDE:
        small_leaning = _halved(leaning[..., None])[..., 0]
        small = _level(_halved(guide), halved(states), small_leaning, lanes)
        alpha, steps = _doubled(np.clip(small, 0.0, 1.0), height, width), _STEPS
    else:
        alpha, steps = np.full((height, width), 0.5, np.float32), _COARSE_STEPS
    alpha = np.where(states == UNKNOWN, alpha, states == SUBJECT).astype(np.float32)
    padded = np.pad(alpha, 1)
    lanes.check()
    trust = np.pad(np.float32(_PULL) * np.abs(leaning), 1)
    system = _System(np.pad(guide, ((1, 1), (1, 1), (0, 0))), np.pad(states, 1), trust, lanes)
    system.solve(padded, np.pad(leaning > 0, 1), steps)
    return np.ascontiguousarray(padded[1:-1, 1:-1])


def _halved(values: Floats) -> Floats:
    padded = np.pad(values, ((0, values.shape[0] % 2), (0, values.shape[1] % 2), (0, 0)), "edge")
    quarter = padded[::2, ::2] + padded[1::2, ::2]
    return np.float32(0.25) * (quarter + padded[::2, 1::2] + padded[1::2, 1::2])


def _doubled(values: Floats, height: int, width: int) -> Floats:
    return np.ascontiguousarray(values.repeat(2, axis=0).repeat(2, axis=1)[:height, :width])
