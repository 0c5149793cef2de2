"""The subject's outline inside a rough selection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..patchmatch.kernels import BoolMask, Flag, Floats, Real, kernel
from ..patchmatch.lanes import Lanes
from .likeness import Likeness

_ROUNDS = 3
_STEPS = 120
_STIFFNESS = 3.0
_BASE_EDGE = 0.08
_MOST_EVIDENCE = 5.0
_DEPTH_COUNTS = 0.7
_DEEP = 0.2
_RIM_COSTS = 0.6
_RING = 0.35
_OUTSIDE = 0.015
_FIRST_BLUR = 4.0
_PLACE_BLUR = 1.8
_EDGE_SHARE = 0.12
_FLAT = 0.04
_RIM_COUNTS = 0.05


@dataclass(frozen=True)
class Outline:
    """``inside``: (H, W) 0..1, hardly anything between. ``evidence``: (H, W) logarithm of how much
    likelier a pixel's colour is the subject's than the background's. ``certain``: (H, W) the same
    for a pixel's own side, of colours that are no mixtures of both."""

    inside: Floats
    evidence: Floats
    certain: Floats


@dataclass(frozen=True)
class Hints:
    """What the user said: ``selected`` roughly; ``subject`` and ``background`` for sure."""

    selected: BoolMask
    subject: BoolMask
    background: BoolMask


@kernel
def _edge_weights(
    start: int, stop: int, flag: Flag, serial: int, guide: Floats, sharpness: Real, out: Floats
) -> None:
    """How much an outline costs here: less across a step in colour."""
    height, width, channels = guide.shape
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            total = np.float32(0.0)
            for c in range(channels):
                down = guide[min(y + 1, height - 1), x, c] - guide[y, x, c]
                across = guide[y, min(x + 1, width - 1), c] - guide[y, x, c]
                total += down * down + across * across
            cost = np.float32(_BASE_EDGE) + np.exp(-sharpness * total)
            out[y, x] = np.float32(_STIFFNESS) * cost


@kernel
def _dual_step(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    leading: Floats,
    edges: Floats,
    dual: Floats,
) -> None:
    height, width = leading.shape
    sigma = np.float32(0.35)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            here = leading[y, x]
            down = leading[y + 1, x] - here if y + 1 < height else np.float32(0.0)
            across = leading[y, x + 1] - here if x + 1 < width else np.float32(0.0)
            p, q = dual[y, x, 0] + sigma * down, dual[y, x, 1] + sigma * across
            over = np.sqrt(p * p + q * q) / edges[y, x]
            shrink = np.float32(1.0) / max(over, np.float32(1.0))
            dual[y, x, 0], dual[y, x, 1] = p * shrink, q * shrink


@kernel
def _primal_step(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    cost: Floats,
    dual: Floats,
    inside: Floats,
    leading: Floats,
) -> None:
    width = inside.shape[1]
    tau = np.float32(0.35)
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            flow = dual[y, x, 0] + dual[y, x, 1]
            if y > 0:
                flow -= dual[y - 1, x, 0]
            if x > 0:
                flow -= dual[y, x - 1, 1]
            before = inside[y, x]
            after = before + tau * (flow - cost[y, x])
            after = min(max(after, np.float32(0.0)), np.float32(1.0))
            inside[y, x] = after
            leading[y, x] = 2 * after - before


def find_outline(guide: Floats, hints: Hints, openings: bool, lanes: Lanes) -> Iterator[Outline]:
    """A first guess, which is certain of nothing, then the outline.

    ``guide``: (H, W, 3), finite. What counts as background is what lies around the selection,
    never what was cut off inside it: a mistake would confirm itself. In the first round it is heard
    all over the picture, then rather near by. Selected pixels may turn out to be background; those
    next to the selection may turn out to be the subject's. ``openings``: the subject may have
    holes."""
    diagonal = float(np.hypot(*guide.shape[:2]))
    away = np.asarray(ndimage.distance_transform_edt(~hints.selected), np.float32)
    lanes.check()
    depth = _depth(hints.selected)
    background = (away > max(2.0, _OUTSIDE * diagonal)) | hints.background
    prior = np.float32(_DEPTH_COUNTS) * (2.0 * depth - np.float32(_RIM_COSTS)) - (away > 0)
    edges = np.empty(guide.shape[:2], np.float32)
    sharpness = np.float32(0.5 / max(_mean_square_step(guide), 1e-6))
    lanes.rows(_edge_weights, *guide.shape[:2], guide, sharpness, edges)
    outside = ((away > 0) & (away < _RING * diagonal)) | hints.background
    likeness = Likeness(guide, lanes)
    inside = np.where(hints.selected, _RIM_COUNTS + depth, 0.0).astype(np.float32)
    evidence = np.zeros_like(edges)
    for turn in range(_ROUNDS):
        reach = _PLACE_BLUR if turn else _FIRST_BLUR
        evidence = likeness.evidence(inside, outside.astype(np.float32), reach)
        np.clip(evidence, -_MOST_EVIDENCE, _MOST_EVIDENCE, out=evidence)
        cost = -(evidence + prior)
        cost[background], cost[hints.subject] = 100.0, -100.0
        start = inside if turn else (cost < 0).astype(np.float32)
        inside = _relaxed(np.ascontiguousarray(cost, np.float32), edges, start, lanes)
        if not openings:
            inside = _without_holes(inside, hints)
        if not turn:
            yield Outline(inside, evidence, np.zeros_like(inside))
    certain = _certainty(likeness, guide, inside, evidence, lanes)
    yield Outline(inside, evidence, certain)


def _certainty(
    likeness: Likeness, guide: Floats, inside: Floats, evidence: Floats, lanes: Lanes
) -> Floats:
    """A colour is no mixture if it is also found deep inside or far outside; or if it is flat:
    an outline in ink is only found along the edge, and is nobody's blur."""
    own = inside > 0.5
    if not own.any() or own.all():
        return np.zeros_like(inside)
    into, out = (np.asarray(ndimage.distance_transform_edt(each)) for each in (own, ~own))
    lanes.check()
    deep = (into > _EDGE_SHARE * np.sqrt(np.count_nonzero(own))).astype(np.float32)
    far = (out > _EDGE_SHARE * np.sqrt(np.count_nonzero(own))).astype(np.float32)
    seen = likeness.evidence(deep, far, _PLACE_BLUR) if deep.any() and far.any() else evidence
    lanes.check()
    ranges = [
        ndimage.maximum_filter(guide[..., c], 3) - ndimage.minimum_filter(guide[..., c], 3)
        for c in range(3)
    ]
    flat = np.max(ranges, axis=0) < _FLAT
    side = np.where(own, np.float32(1.0), np.float32(-1.0))
    return np.where(flat, np.maximum(side * seen, side * evidence), side * seen)


def _without_holes(inside: Floats, hints: Hints) -> Floats:
    """Beyond the picture's border the subject goes on wherever it was selected up to there."""
    own = inside > 0.5
    closed = np.pad(hints.selected, 1, "edge")
    closed[1:-1, 1:-1] = own | hints.background
    filled = np.asarray(ndimage.binary_fill_holes(closed))[1:-1, 1:-1] & ~hints.background
    return np.where(filled & ~own, np.float32(1.0), inside)


def _depth(selected: BoolMask) -> Floats:
    """0 at the selection's edge, 1 deep inside; the picture's border is no edge."""
    inside = np.asarray(ndimage.distance_transform_edt(np.pad(selected, 1, "edge")))[1:-1, 1:-1]
    deep = max(_DEEP * np.sqrt(np.count_nonzero(selected)), 1.0)
    return np.minimum(inside / deep, 1.0).astype(np.float32)


def _mean_square_step(guide: Floats) -> float:
    across, down = np.diff(guide, axis=1), np.diff(guide, axis=0)
    count = max(1, across.size + down.size)
    return 2.0 * float((across**2).sum() + (down**2).sum()) * guide.shape[2] / count


def _relaxed(cost: Floats, edges: Floats, inside: Floats, lanes: Lanes) -> Floats:
    """The minimum of cost and outline length, by the primal-dual algorithm."""
    height, width = cost.shape
    values, leading = inside.copy(), inside.copy()
    dual = np.zeros((height, width, 2), np.float32)
    for _ in range(_STEPS):
        lanes.rows(_dual_step, height, width, leading, edges, dual)
        lanes.rows(_primal_step, height, width, cost, dual, values, leading)
    return values
