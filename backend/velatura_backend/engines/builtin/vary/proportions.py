"""Where the rows and columns of a picture go when it is squeezed or widened: what matters keeps its
width, the rest gives way (after Wolf, Guttmann and Cohen-Or, Non-homogeneous Content-driven Video
Retargeting, ICCV 2007, with rows and columns moved as a whole)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..patchmatch.kernels import BoolMask, Floats
from ..patchmatch.lanes import Lanes
from .sheet import halved

_FLOOR = 0.1
_SMOOTH = 0.02
_SMALL_SIDE = 64
_PARTS = 12
_STANDING_OUT = 0.5
_LEAST, _MOST = 0.1, 4.0
_ROUNDS = 50

Edges = NDArray[np.float64]
"""(lines + 1,): where each line's border lies in the result, rising from 0 to its length."""


@dataclass(frozen=True)
class Lines:
    """Of one axis. ``edges``: see :data:`Edges`; ``kept``: whether the protected lines have kept
    their width, to the pixel."""

    edges: Edges
    kept: bool

    def sources(self, length: int) -> NDArray[np.float64]:
        """(length,): which line, and how far along it, the middle of each resulting one is of."""
        middles = np.arange(length) + 0.5
        return np.interp(middles, self.edges, np.arange(len(self.edges), dtype=np.float64)) - 0.5


def importance(colours: Floats, axis: int, lanes: Lanes) -> NDArray[np.float64]:
    """(lines,): how much would be seen of it if a line along the other axis changed its width: how
    steep the small picture is there and how far its colours are from those of the borders, on
    average and at the most. Fine texture does not count: it can be made anew."""
    small = colours
    while min(small.shape[:2]) >= 2 * _SMALL_SIDE:
        small = halved(small, lanes)
    lines = np.moveaxis(small, axis, 0)
    seen = _distance(lines, _border(small)) * _STANDING_OUT
    seen[1:] += np.abs(np.diff(lines, axis=0)).sum(axis=2)
    seen[:, 1:] += np.abs(np.diff(lines, axis=1)).sum(axis=2)
    parts = np.array_split(seen, min(_PARTS, seen.shape[1]), axis=1)
    blocks = np.stack([part.mean(axis=1) for part in parts])
    weight = 0.5 * blocks.mean(axis=0) + 0.5 * blocks.max(axis=0)
    weight = ndimage.gaussian_filter1d(weight.astype(np.float64), max(1.0, _SMOOTH * len(weight)))
    fine = (np.arange(colours.shape[axis]) + 0.5) * (len(weight) / colours.shape[axis]) - 0.5
    weight = np.interp(fine, np.arange(len(weight)), weight)
    return weight / (weight.mean() + 1e-6)


def _border(small: Floats) -> Floats:
    """(count, channels): the colours that are typical along the four borders, a few per side."""
    sides = (small[0], small[-1], small[:, 0], small[:, -1])
    parts = [part for side in sides for part in np.array_split(side, min(4, len(side)))]
    return np.stack([np.median(part, axis=0) for part in parts])


def _distance(lines: Floats, colours: Floats) -> Floats:
    """To the nearest of the colours."""
    return np.min([np.abs(lines - colour).sum(axis=2) for colour in colours], axis=0)


def new_lines(weight: NDArray[np.float64], protected: BoolMask, length: int) -> Lines:
    """Lines of width 1 spread over ``length``: the sum of weight · (change of width) squared is
    least, and what is protected keeps its width as long as the others have any to give."""
    count = len(weight)
    free = ~protected
    room = length - np.count_nonzero(protected)
    least, most = _LEAST * np.count_nonzero(free), _MOST * np.count_nonzero(free)
    kept = bool(free.any() and least <= room <= max(most, least))
    if length == count:
        return Lines(np.arange(count + 1, dtype=np.float64), True)
    if not kept:
        free = np.ones_like(protected)
        room = length
    widths = np.ones(count)
    widths[free] = _shared_out(np.square(weight[free]) + _FLOOR, float(room))
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    edges *= length / edges[-1]
    return Lines(_aligned(edges, protected) if kept else edges, kept)


def _shared_out(weight: NDArray[np.float64], room: float) -> NDArray[np.float64]:
    """Widths that sum to ``room``, each 1 + change / weight, inside the limits."""
    count = len(weight)
    least, most = min(_LEAST, 0.5 * room / count), max(_MOST, 2.0 * room / count)
    widths = np.ones(count)
    for _ in range(_ROUNDS):
        missing = room - widths.sum()
        open_ = widths < most if missing > 0.0 else widths > least
        if abs(missing) < 1e-6 or not open_.any():
            break
        share = np.where(open_, 1.0 / weight, 0.0)
        widths = np.clip(widths + missing * share / share.sum(), least, most)
    return widths * (room / widths.sum())


def _aligned(edges: Edges, protected: BoolMask) -> Edges:
    """Protected runs begin on whole pixels, so that they can be copied."""
    aligned = edges.copy()
    steps = np.diff(np.concatenate([[0], protected.astype(np.int8), [0]]))
    fixed_at, fixed_to = [0], [0.0]
    for start, stop in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True):
        begin = max(round(edges[start]), int(fixed_to[-1]))
        fixed_at += [int(start), int(stop)]
        fixed_to += [float(begin), float(begin + stop - start)]
    fixed_at.append(len(protected))
    fixed_to.append(float(edges[-1]))
    for i in range(len(fixed_at) - 1):
        first, last = fixed_at[i], fixed_at[i + 1]
        if last > first:
            aligned[first : last + 1] = np.interp(
                edges[first : last + 1],
                [edges[first], edges[last]],
                [fixed_to[i], fixed_to[i + 1]],
            )
    return aligned
