"""Fills that compete: which of them goes on to the next finer level.

The coarsest level may see too little of a hole's surroundings (a fine pattern is gone there) or too
much (what lies far away looks alike), so fills start on two levels, and one more where the picture
repeats itself (:mod:`.offsets`). The energy alone prefers what is smooth, which fits cheaply
anywhere: it counts per roughness. But what fits much worse is not saved by being rough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .field import Level
from .kernels import BoolMask, Flag, Floats, kernel
from .lanes import Lanes

_LEAST_ROUGHNESS = 1e-3
"""Of white's luminance; flat colour is not to be divided by 0."""


@dataclass(frozen=True)
class Candidate:
    """A solved level and its energy, the mean cost of its patches."""

    level: Level
    energy: float


@dataclass(frozen=True)
class Contest:
    """``channels`` of the features, ``colours`` of them; :class:`.stages.Settings` has the rest."""

    channels: int
    colours: int
    dearest: float
    close: float

    def ranked(self, candidates: Sequence[Candidate], lanes: Lanes) -> list[Candidate]:
        """The best one, and the runner-up if it is close."""
        if len(candidates) == 1:
            return list(candidates)
        least = min(each.energy for each in candidates)
        fair = [each for each in candidates if each.energy <= self.dearest * least]
        scores = [self._score(each, lanes) for each in fair]
        order = sorted(range(len(fair)), key=lambda index: scores[index])[:2]
        return [fair[index] for index in order if scores[index] <= self.close * scores[order[0]]]

    def _score(self, candidate: Candidate, lanes: Lanes) -> float:
        level = candidate.level
        rows = np.zeros((len(level.hole), 2), np.float32)
        lanes.rows(
            _roughness, *level.hole.shape, level.field.features, self.channels, self.colours,
            level.hole, rows,
        )  # fmt: skip
        total, count = (float(each) for each in rows.sum(axis=0, dtype=np.float64))
        return candidate.energy / (total / max(count, 1.0) + _LEAST_ROUGHNESS)


def copied(level: Level) -> Level:
    """Its own features and field; masks and weights are shared."""
    field = level.field
    own = field._replace(
        features=field.features.copy(),
        row=field.row.copy(),
        column=field.column.copy(),
        cost=field.cost.copy(),
    )
    return replace(level, field=own)


@kernel
def _roughness(
    start: int,
    stop: int,
    flag: Flag,
    serial: int,
    features: Floats,
    channels: int,
    colours: int,
    hole: BoolMask,
    out: Floats,
) -> None:
    """Of each row: the luminance's gradients in the hole, summed, and how many."""
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(hole.shape[1]):
            # The hole ends before the padding does: there is a row and a column beyond it.
            if not (hole[y, x] and hole[y + 1, x] and hole[y, x + 1]):
                continue
            down, across = np.float32(0.0), np.float32(0.0)
            for c in range(colours):
                value = features[y, x * channels + c]
                down += features[y + 1, x * channels + c] - value
                across += features[y, (x + 1) * channels + c] - value
            out[y, 0] += np.sqrt(down * down + across * across) / np.float32(colours)
            out[y, 1] += np.float32(1.0)
