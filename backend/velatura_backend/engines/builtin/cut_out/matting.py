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

from ..patchmatch.kernels import BoolMask, Floats, Indices
from ..patchmatch.lanes import Lanes, row_pieces
from .sampling import doubled, halved
from .trimap import SUBJECT, UNKNOWN, States, halved_states
from .windows import advance, diagonal, fit_windows, miss, turn, window_statistics

_NOISE = 1e-6
_PULL = 0.02
_STEPS = 60
_COARSE_STEPS = 200
_COARSE_SIDE = 48
_ENOUGH = 1e-3
_ROWS = 256


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
            window_statistics,
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
            diagonal, self.pieces, self.guide, free.first, free.columns, *stats, self.trust, out
        )
        return out

    def fit(self, values: Floats) -> None:
        near, stats = self.near, (self.means, self.inverses)
        self.lanes.run(
            fit_windows,
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
            miss,
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

    def _length(self, residual: Floats, inverse: Floats) -> float:
        total = 0.0
        for top in range(0, len(residual), _ROWS):
            self.lanes.check()
            part = residual[top : top + _ROWS].astype(np.float64)
            total += float((part**2 * inverse[top : top + _ROWS]).sum())
        return total

    def solve(self, alpha: Floats, wanted: BoolMask, steps: int) -> None:
        """Improves ``alpha`` in place; unknown pixels are drawn to ``wanted``."""
        inverse, product = self.inverse_diagonal(), np.zeros_like(alpha)
        self.multiply(alpha, product)
        residual = np.where(self.unknown, self.trust * wanted - product, np.float32(0.0))
        direction = np.zeros_like(alpha)
        self.lanes.check()
        gain, share = self._length(residual, inverse), 0.0
        goal = gain * _ENOUGH**2 + 1e-12
        free = self.free
        for _ in range(steps):
            if gain <= goal:
                break
            self.lanes.run(
                turn,
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
                advance,
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
        smaller = (halved(guide, lanes), halved_states(states), halved(leaning, lanes))
        small = _level(*smaller, lanes)
        alpha, steps = doubled(np.clip(small, 0.0, 1.0), (height, width), lanes), _STEPS
    else:
        alpha, steps = np.full((height, width), 0.5, np.float32), _COARSE_STEPS
    alpha = np.where(states == UNKNOWN, alpha, states == SUBJECT).astype(np.float32)
    padded = np.pad(alpha, 1)
    lanes.check()
    trust = np.pad(np.float32(_PULL) * np.abs(leaning), 1)
    system = _System(np.pad(guide, ((1, 1), (1, 1), (0, 0))), np.pad(states, 1), trust, lanes)
    system.solve(padded, np.pad(leaning > 0, 1), steps)
    return np.ascontiguousarray(padded[1:-1, 1:-1])
