"""What the overlapping patches of a field say about each pixel of the hole."""

from __future__ import annotations

import numpy as np

from .distance import RADIUS
from .kernels import BoolMask, Flag, Floats, Positions, Real, kernel
from .lanes import Lanes
from .search import Field

_FLOOR = 1e-12
"""Keeps a pixel whose every patch is bad from having no say at all."""


@kernel
def _weigh(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    field: Field,
    confidence: Floats,
    spread: Real,
    out: Floats,
) -> None:
    width = field.target.shape[1]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if field.target[y, x]:
                w = np.exp(-min(field.cost[y, x] / spread, np.float32(40.0)))
                out[y, x] = w * confidence[y, x] + np.float32(_FLOOR)
            else:
                out[y, x] = 0.0


@kernel
def _weigh_alike(
    start: int, stop: int, flag: Flag, serial: int, field: Field, spread: Real, out: Floats
) -> None:
    width = field.target.shape[1]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if field.target[y, x]:
                w = np.exp(-min(field.cost[y, x] / spread, np.float32(40.0)))
                out[y, x] = w + np.float32(_FLOOR)
            else:
                out[y, x] = 0.0


@kernel
def _vote(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    field: Field,
    hole: BoolMask,
    weight: Floats,
    channels: int,
    voted: int,
    reach: int,
) -> None:
    width = hole.shape[1]
    features = field.features
    total = np.empty(voted, np.float32)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            if not hole[y, x]:
                continue
            total[:] = 0.0
            weights = np.float32(0.0)
            for dy in range(-reach, reach + 1):
                for dx in range(-reach, reach + 1):
                    w = weight[y - dy, x - dx]
                    if w == 0.0:
                        continue
                    first = (field.column[y - dy, x - dx] + dx) * channels
                    source = features[field.row[y - dy, x - dx] + dy, first : first + voted]
                    for c in range(voted):
                        total[c] += w * source[c]
                    weights += w
            for c in range(voted):
                features[y, x * channels + c] = total[c] / weights


@kernel
def _vote_steps(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    field: Field,
    weight: Floats,
    channels: int,
    reach: int,
    places: Positions,
    out: Floats,
) -> None:
    width = field.target.shape[1]
    features = field.features
    colours = out.shape[2]
    for item in range(start, stop):
        if item % 256 == 0 and flag[0] == serial:
            return
        y, x = places[item] // width, places[item] % width
        weights = np.float32(0.0)
        out[item] = 0.0
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                w = weight[y - dy, x - dx]
                if w == 0.0:
                    continue
                weights += w
                sy = field.row[y - dy, x - dx] + dy
                sx = field.column[y - dy, x - dx] + dx
                for side in range(4):
                    ny = sy + (side == 1) - (side == 0)
                    nx = sx + (side == 3) - (side == 2)
                    for c in range(colours):
                        step = features[ny, nx * channels + c] - features[sy, sx * channels + c]
                        out[item, side, c] += w * step
        out[item] /= weights


def weigh(field: Field, confidence: Floats | None, spread: Real, lanes: Lanes) -> Floats:
    """How much each target's patch counts: exp(-cost / spread), more near the hole's rim. Without
    ``confidence`` it is 1 everywhere."""
    out = np.empty_like(field.cost)
    if confidence is None:
        lanes.rows(_weigh_alike, *out.shape, field, np.float32(spread), out)
        return out
    lanes.rows(_weigh, *out.shape, field, confidence, np.float32(spread), out)
    return out


def vote(
    field: Field,
    hole: BoolMask,
    weight: Floats,
    channels: int,
    reach: int,
    lanes: Lanes,
    voted: int | None = None,
) -> None:
    """Replaces the features in the hole by the weighted mean of what the patches copy there; of the
    ``channels``, only the first ``voted``, if that is told.

    In place: copied patches are valid and so never contain a pixel of the hole.
    """
    first = channels if voted is None else voted
    lanes.rows(_vote, *hole.shape, field, hole, weight, channels, first, reach)


def vote_steps(
    field: Field,
    weight: Floats,
    channels: int,
    colours: int,
    reach: int,
    places: Positions,
    lanes: Lanes,
) -> Floats:
    """The voted steps from each of ``places`` to its four neighbours (up, down, left, right), in
    the first ``colours`` channels: (places, 4, colours).

    Only the inner 5x5 of a patch votes: there all four neighbours lie in the patch too.
    """
    inner = min(reach, RADIUS - 1)
    out = np.empty((len(places), 4, colours), np.float32)
    lanes.rows(_vote_steps, len(places), 64, field, weight, channels, inner, places, out)
    return out
