"""Guide lines: a further channel that pieces are compared by, so that a line drawn over a horizon
and on across the hole is filled with pieces that lie on the line too.

Known inside the hole as well as outside, it is never voted on, and it always counts in full
(guidance channels: Hertzmann et al., Image Analogies, SIGGRAPH 2001).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .distance import RADIUS
from .field import Level
from .kernels import BoolMask, Floats
from .lanes import Lanes
from .regions import depth_inside

_FADE = 1.5
"""Pixels of the level over which the line fades to 1/e: about what a patch can see of it."""


def with_guide(
    features: Floats, channels: int, guide: BoolMask, gain: float, lanes: Lanes
) -> Floats:
    """The padded features with the line as one more channel, the last; 0 where no guide is near."""
    height = len(features)
    planes = features.reshape(height, -1, channels)
    lines = np.pad(guide, RADIUS)
    if lines.any():
        profile = gain * np.exp(depth_inside(~lines, lanes) / -_FADE)
    else:
        profile = np.zeros(lines.shape, np.float32)
    joined = np.concatenate([planes, profile.astype(np.float32)[..., None]], axis=2)
    return np.ascontiguousarray(joined).reshape(height, -1)


def weighed_in_full(level: Level, channels: int) -> Level:
    """The level with the guide's weight at its most wherever there is a picture."""
    weight = level.field.weight.reshape(len(level.hole), -1, channels)
    weight[level.present, -1] = 255
    return replace(level, lines=level.field.features.reshape(weight.shape)[..., -1].copy())


def restore_guide(level: Level, channels: int) -> None:
    """Undoes what a vote or a smooth fill did to the guide's channel."""
    if level.lines is not None:
        planes = level.field.features.reshape(len(level.hole), -1, channels)
        planes[..., -1] = level.lines
