"""Which pixels are surely the subject's, surely not, or to be found out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..patchmatch.kernels import Floats

BACKGROUND, SUBJECT, UNKNOWN = 0, 1, 2

States = NDArray[np.uint8]
"""(H, W) of the three."""

_FAR = 2.5
_DOUBTFUL = 2.0
_CERTAIN = 3.0
_ALWAYS = 1.5


def make_trimap(inside: Floats, band: float, evidence: Floats | None) -> States:
    """Unknown is what lies within ``band`` pixels of the outline; and, up to 2.5 times as far, what
    looks more like the other side; but not what certainly looks like its own."""
    own = inside > 0.5
    into = np.asarray(ndimage.distance_transform_edt(np.pad(own, 1, "edge")))[1:-1, 1:-1]
    out = np.asarray(ndimage.distance_transform_edt(np.pad(~own, 1, "edge")))[1:-1, 1:-1]
    if not own.any() or own.all():
        return own.astype(np.uint8)
    distance = np.where(own, into, out)
    unknown = (distance <= band) | ((inside > 0.02) & (inside < 0.98))
    if evidence is not None:
        doubtful = ~own & (evidence > _DOUBTFUL)
        unknown |= doubtful & (distance <= _FAR * band)
        explained = np.asarray(ndimage.minimum_filter(np.where(own, evidence, -evidence), 3))
        unknown &= (explained < _CERTAIN) | (distance <= _ALWAYS)
    return np.where(unknown, UNKNOWN, own).astype(np.uint8)


def halved(states: States) -> States:
    """Half the size; known only where all four agree."""
    padded = np.pad(states, ((0, states.shape[0] % 2), (0, states.shape[1] % 2)), "edge")
    four = (padded[::2, ::2], padded[1::2, ::2], padded[::2, 1::2], padded[1::2, 1::2])
    same = (four[0] == four[1]) & (four[0] == four[2]) & (four[0] == four[3])
    return np.where(same, four[0], UNKNOWN).astype(np.uint8)
