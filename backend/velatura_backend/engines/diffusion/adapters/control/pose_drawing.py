"""Figures as control networks for poses were taught to see them: OpenPose's coloured sticks.

Eighteen points, each 20 degrees of hue from the next, and seventeen sticks between them (Cao et al.
2017); detectors of today know the COCO data set's seventeen points, which have no neck.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...painting.contract import RgbImage

_SHOULDERS = (5, 6)
_FROM_COCO = (0, -1, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
"""OpenPose's points in COCO's numbers: nose, neck (-1: between the shoulders), right arm, left arm,
right leg, left leg, eyes, ears."""

_STICKS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10),
    (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
_COLOURS = np.array(
    [colorsys.hsv_to_rgb(number / 18.0, 1.0, 1.0) for number in range(18)], np.float32
)
_STICK_TONE = 0.6
_RADIUS = 4.0 / 512.0
"""Of the shorter side."""


@dataclass(frozen=True)
class Joint:
    """In pixels of the picture; ``score`` in 0..1."""

    x: float
    y: float
    score: float


def openpose_joints(coco: Sequence[Joint]) -> tuple[Joint, ...]:
    """The eighteen from the seventeen; a neck is as sure as the less sure shoulder."""
    left, right = (coco[index] for index in _SHOULDERS)
    neck = Joint((left.x + right.x) / 2.0, (left.y + right.y) / 2.0, min(left.score, right.score))
    return tuple(neck if index < 0 else coco[index] for index in _FROM_COCO)


def drawn_figure(
    joints: Sequence[Joint], height: int, width: int, threshold: float = 0.3
) -> RgbImage:
    """On black; what is less sure than ``threshold`` is left out."""
    canvas = np.zeros((height, width, 3), np.float32)
    radius = max(1.0, _RADIUS * min(height, width))
    for number, (first, second) in enumerate(_STICKS):
        ends = joints[first], joints[second]
        if min(each.score for each in ends) >= threshold:
            canvas[_near(*ends, canvas.shape, radius)] = _STICK_TONE * _COLOURS[number]
    for number, joint in enumerate(joints):
        if joint.score >= threshold:
            canvas[_near(joint, joint, canvas.shape, radius)] = _COLOURS[number]
    return canvas


def _near(one: Joint, other: Joint, shape: tuple[int, ...], radius: float) -> NDArray[np.bool_]:
    """(height, width): pixels within ``radius`` of the line between the two."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    along, up = other.x - one.x, other.y - one.y
    length = along * along + up * up
    share = ((x - one.x) * along + (y - one.y) * up) / length if length > 0.0 else np.zeros_like(x)
    share = np.clip(share, 0.0, 1.0)
    away = np.hypot(x - one.x - share * along, y - one.y - share * up)
    return away <= radius
