"""Which pixels are surely the subject's, surely not, or to be found out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..patchmatch.kernels import Floats
from ..patchmatch.lanes import Lanes
from .sampling import Size, enlarged

BACKGROUND, SUBJECT, UNKNOWN = 0, 1, 2

States = NDArray[np.uint8]
"""(H, W) of the three."""

_FAR = 2.5
_DOUBTFUL = 2.0
_CERTAIN = 3.0
_UNHEARD = 0.5
_ALWAYS = 1.5
_NEAR = 5.0
_ALIKE, _APART = 0.0, 2.0
_ROWS = 256


@dataclass(frozen=True)
class Surroundings:
    """Of an outline, in the size it was found in. ``signed``: distance from it in pixels, below 0
    outside. ``certain``: the least evidence around for a pixel's own side. ``evidence``: for the
    subject. All (H, W)."""

    signed: Floats
    certain: Floats
    evidence: Floats
    soft: Floats
    apart: Floats

    @classmethod
    def of(cls, inside: Floats, evidence: Floats, certain: Floats) -> Surroundings:
        own = inside > 0.5
        into, out = (
            np.asarray(ndimage.distance_transform_edt(np.pad(each, 1, "edge")))[1:-1, 1:-1]
            for each in (own, ~own)
        )
        signed = np.where(own, into - 0.5, 0.5 - out)
        certain = np.asarray(ndimage.minimum_filter(certain, 3), np.float32)
        soft = np.minimum(inside, 1.0 - inside)
        apart = np.full_like(evidence, _APART)  # of an outline that was drawn nothing is known
        if evidence.any():
            apart = _mean(evidence, own) - _mean(evidence, ~own)
        fields = (signed, certain, evidence, soft, apart)
        return cls(*(np.ascontiguousarray(each, np.float32) for each in fields))


@dataclass(frozen=True)
class Trimap:
    """``leaning``: (H, W) -1..1, how far a pixel lies on its side of the outline, in bands, where
    its colour does not say otherwise."""

    states: States
    leaning: Floats


def _mean(evidence: Floats, side: NDArray[np.bool_]) -> Floats:
    """Of one side's pixels, around each pixel."""
    weight = ndimage.gaussian_filter(side.astype(np.float32), _NEAR)
    total = ndimage.gaussian_filter(np.where(side, evidence, np.float32(0.0)), _NEAR)
    return np.asarray(total / np.maximum(weight, 1e-3), np.float32)


def make_trimap(around: Surroundings, band: float, size: Size, lanes: Lanes) -> Trimap:
    """``size``: (height, width) wanted. Unknown is what lies within ``band`` pixels of it from the
    outline, and up to 2.5 times as far what looks like the subject outside, or inside like nothing
    that is found deeper in; but not what certainly looks like its own side. Where both sides look
    alike the band is narrow: no matting could tell them apart, and would leave smoke."""
    if not (around.signed > 0).any() or (around.signed > 0).all():
        sides = np.full(size, int((around.signed > 0).any()), np.uint8)
        return Trimap(sides, np.zeros(size, np.float32))
    scale = float(np.sqrt(size[0] * size[1] / around.signed.size))
    fields = [
        enlarged(each, size, lanes)
        for each in (around.signed, around.certain, around.evidence, around.soft, around.apart)
    ]
    states, leaning = np.empty(size, np.uint8), np.empty(size, np.float32)
    for top in range(0, size[0], _ROWS):
        lanes.check()
        signed, certain, evidence, soft, apart = (each[top : top + _ROWS] for each in fields)
        distance = np.abs(signed) * scale
        told = np.clip((apart - _ALIKE) / (_APART - _ALIKE), 0.0, 1.0)
        reach = np.maximum(band * told, _ALWAYS * max(scale, 1.0))
        unknown = (distance <= reach) | (soft > 0.02)
        doubtful = np.where(signed < 0, evidence > _DOUBTFUL, certain < _UNHEARD)
        unknown |= doubtful & (distance <= _FAR * reach)
        unknown &= (certain < _CERTAIN) | (distance <= _ALWAYS * max(scale, 1.0))
        states[top : top + _ROWS] = np.where(unknown, UNKNOWN, signed > 0)
        agrees = np.where(signed > 0, evidence, -evidence) >= 0
        leaning[top : top + _ROWS] = np.clip(signed * (scale / band), -1.0, 1.0) * agrees
    return Trimap(states, leaning)


def halved_states(states: States) -> States:
    """Half the size; known only where all four agree."""
    padded = np.pad(states, ((0, states.shape[0] % 2), (0, states.shape[1] % 2)), "edge")
    four = (padded[::2, ::2], padded[1::2, ::2], padded[::2, 1::2], padded[1::2, 1::2])
    same = (four[0] == four[1]) & (four[0] == four[2]) & (four[0] == four[3])
    return np.where(same, four[0], UNKNOWN).astype(np.uint8)
