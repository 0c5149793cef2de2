"""PatchMatch: propagation and random search over stripes of rows (Barnes et al. 2009).

A stripe is swept by one thread with a random sequence of its own and sees its neighbour stripe as
it was before the sweep, so the field does not depend on how many threads there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .distance import RADIUS, SIDE, load_patch, patch_distance
from .kernels import BoolMask, Bytes, Flag, Floats, Indices, Real, inlined, kernel
from .lanes import Lanes, Piece

_MAX_STRIPES = 16
_MIN_TARGETS_PER_STRIPE = 512


class Field(NamedTuple):
    """A nearest-neighbour field and what it is searched in; all but ``sources`` padded by RADIUS.
    What belongs to targets (``weight``, ``row``, ``column``, ``cost``, ``target``) may end above
    what may be copied.

    ``features``: float32 (height, width · channels). ``weight``: how much a channel of a pixel
    counts in a distance, uint8, shaped like the features, 0 in the padding. ``row``, ``column``:
    int32, the patch each target has found. ``cost``: float32, its distance per unit of weight, with
    the penalty. ``target``: patches that touch the hole. ``valid``: patches that may be copied.
    ``sources``: (count, 2) int32, rows and columns of (a sample of) the valid patches. ``price``:
    float32, times which the distance to a source counts, times ``wish`` of the target, where that
    is more than 1; :func:`no_prices` if none are looked at.
    """

    features: Floats
    weight: Bytes
    row: Indices
    column: Indices
    cost: Floats
    target: BoolMask
    valid: BoolMask
    sources: Indices
    price: Floats
    wish: Floats


class Sweep(NamedTuple):
    """How to sweep: ``radius`` of the first random window around the best so far, ``tries`` from
    anywhere, ``locality``: the penalty per pixel of offset, for patches above row ``home``; below
    it lie other pictures, of which no place is nearer than another. ``settled``: features and field
    are as the last sweep left them, so its costs hold. ``sure``: the total weight from which prices
    do not count: what is known is matched as it is; 0: they never do."""

    channels: int
    reverse: bool
    radius: int
    tries: int
    locality: np.float32
    seed: int
    home: int = 1 << 30
    settled: bool = False
    sure: np.float32 = np.float32(0.0)


def no_prices() -> Floats:
    """For sweeps that are never unsure."""
    return np.ones((1, 1), np.float32)


@inlined
def _scramble(state: np.uint64) -> np.uint64:
    """One step of xorshift64 (Marsaglia 2003); never 0 if it was not."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@inlined
def _drawn(state: np.uint64, count: int) -> int:
    """0 .. count-1 from 24 bits, by multiplication: a 64-bit remainder costs as much as a patch."""
    return int(((state & np.uint64(0xFFFFFF)) * np.uint64(count)) >> np.uint64(24))


@inlined
def _tested(
    features: Floats,
    valid: BoolMask,
    price: Floats,
    wish: Real,
    sweep: Sweep,
    y: int,
    x: int,
    sy: int,
    sx: int,
    patch: Floats,
    patch_weight: Floats,
    total: Real,
    best: Real,
) -> Real:
    """The cost of copying (sy, sx) to (y, x), or ``best`` if it is no better."""
    height, width = valid.shape
    if sy < RADIUS or sx < RADIUS or sy >= height - RADIUS or sx >= width - RADIUS:
        return best
    if not valid[sy, sx]:
        return best
    dy, dx = np.float32(sy - y), np.float32(sx - x)
    penalty = np.float32(0.0)
    if sy < sweep.home:
        penalty = sweep.locality * np.sqrt(dy * dy + dx * dx)
    if penalty >= best:
        return best
    scale = total
    if sweep.sure > total:
        guessed = np.float32(1.0) - total / sweep.sure
        dearer = max(wish * price[sy, sx], np.float32(1.0)) - np.float32(1.0)
        scale = total / (np.float32(1.0) + guessed * dearer)
    bound = (best - penalty) * scale
    found = patch_distance(features, patch, patch_weight, sy, sx, sweep.channels, bound)
    return min(best, found / scale + penalty)


@inlined
def _propagated(
    features: Floats,
    valid: BoolMask,
    price: Floats,
    wish: Real,
    target: BoolMask,
    row: Indices,
    column: Indices,
    sweep: Sweep,
    limits: tuple[int, int],
    border: Indices,
    y: int,
    x: int,
    patch: Floats,
    patch_weight: Floats,
    total: Real,
    best: Real,
) -> Real:
    """Tries the offsets of the two neighbours already swept."""
    height, width = target.shape
    back = 1 if sweep.reverse else -1
    for side in range(2):
        ny, nx = (y + back, x) if side == 0 else (y, x + back)
        if ny < 0 or nx < 0 or ny >= height or nx >= width or not target[ny, nx]:
            continue
        if limits[0] <= ny < limits[1]:
            sy, sx = row[ny, nx] + y - ny, column[ny, nx] + x - nx
        else:
            sy, sx = border[0, nx] + y - ny, border[1, nx] + x - nx
        if sy == row[y, x] and sx == column[y, x]:
            continue
        cost = _tested(
            features, valid, price, wish, sweep, y, x, sy, sx, patch, patch_weight, total, best
        )
        if cost < best:
            best = cost
            row[y, x], column[y, x] = sy, sx
    return best


@inlined
def _random(
    features: Floats,
    valid: BoolMask,
    price: Floats,
    wish: Real,
    sources: Indices,
    row: Indices,
    column: Indices,
    sweep: Sweep,
    y: int,
    x: int,
    patch: Floats,
    patch_weight: Floats,
    total: Real,
    best: Real,
    state: np.uint64,
) -> tuple[Real, np.uint64]:
    """Tries places around the best so far, in shrinking windows, then anywhere."""
    radius = sweep.radius
    while radius >= 1:
        state = _scramble(state)
        sy = row[y, x] + _drawn(state, 2 * radius + 1) - radius
        sx = column[y, x] + _drawn(state >> np.uint64(24), 2 * radius + 1) - radius
        radius //= 2
        cost = _tested(
            features, valid, price, wish, sweep, y, x, sy, sx, patch, patch_weight, total, best
        )
        if cost < best:
            best = cost
            row[y, x], column[y, x] = sy, sx
    for _ in range(sweep.tries):
        state = _scramble(state)
        place = _drawn(state, len(sources))
        sy, sx = sources[place, 0], sources[place, 1]
        cost = _tested(
            features, valid, price, wish, sweep, y, x, sy, sx, patch, patch_weight, total, best
        )
        if cost < best:
            best = cost
            row[y, x], column[y, x] = sy, sx
    return best, state


@kernel
def _sweep_stripe(
    start: int,
    stop: int,
    index: int,
    flag: Flag,
    serial: int,
    field: Field,
    sweep: Sweep,
    borders: Indices,
) -> None:
    # Out of the tuple once: each use of it in a helper counted references, a third of the time.
    features, weight, row, column, cost, target, valid, sources, price, wishes = field
    width = target.shape[1]
    patch = np.empty((SIDE, SIDE * sweep.channels), np.float32)
    patch_weight = np.empty_like(patch)
    state = np.uint64(sweep.seed) * np.uint64(2654435761) + np.uint64(index * 104729 + 1)
    for _ in range(4):
        state = _scramble(state)
    for k in range(stop - start):
        if flag[0] == serial:
            return
        y = stop - 1 - k if sweep.reverse else start + k
        for i in range(width):
            x = width - 1 - i if sweep.reverse else i
            if not target[y, x]:
                continue
            total = load_patch(features, weight, y, x, sweep.channels, patch, patch_weight)
            wish = wishes[y, x] if sweep.sure > total else np.float32(1.0)
            best = cost[y, x]
            if not sweep.settled:  # a vote has changed the features, and the cost with them
                best = np.float32(1e30)  # fastmath knows no infinity
                sy, sx = row[y, x], column[y, x]
                best = _tested(
                    features,
                    valid,
                    price,
                    wish,
                    sweep,
                    y,
                    x,
                    sy,
                    sx,
                    patch,
                    patch_weight,
                    total,
                    best,
                )
            best = _propagated(
                features, valid, price, wish, target, row, column, sweep, (start, stop),
                borders[index], y, x, patch, patch_weight, total, best,
            )  # fmt: skip
            best, state = _random(
                features, valid, price, wish, sources, row, column, sweep, y, x, patch,
                patch_weight, total, best, state,
            )  # fmt: skip
            cost[y, x] = best


def stripes(target: BoolMask) -> list[Piece]:
    """Rows dealt into stripes with about equally many targets each."""
    counts = np.cumsum([np.count_nonzero(row) for row in target])  # by axis: ten times as long
    total = int(counts[-1])
    count = max(1, min(_MAX_STRIPES, total // _MIN_TARGETS_PER_STRIPE))
    cuts = np.searchsorted(counts, [total * i / count for i in range(1, count)], side="right")
    edges = [0, *sorted({int(cut) for cut in cuts} - {0, len(target)}), len(target)]
    return [(edges[i], edges[i + 1], i) for i in range(len(edges) - 1)]


def search(field: Field, sweep: Sweep, pieces: list[Piece], lanes: Lanes) -> None:
    """One sweep over all targets; every target's cost is up to date afterwards."""
    last = len(field.row) - 1
    rows = [min(last, stop) if sweep.reverse else max(0, start - 1) for start, stop, _ in pieces]
    borders = np.stack([field.row[rows], field.column[rows]], axis=1)
    lanes.run(_sweep_stripe, pieces, field, sweep, borders)
