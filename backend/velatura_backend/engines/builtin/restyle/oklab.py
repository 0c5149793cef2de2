"""OKLab of encoded sRGB, both ways, on samples (B. Ottosson, A perceptual color space, 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....imaging.colour import srgb_decode, srgb_encode
from ....imaging.oklab import TO_CONES, TO_LAB

Colours = NDArray[np.float32]
"""(…, 3)"""

_TO_CONES, _TO_LAB = TO_CONES.astype(np.float32), TO_LAB.astype(np.float32)
_FROM_LAB, _FROM_CONES = np.linalg.inv(_TO_LAB), np.linalg.inv(_TO_CONES)


def to_oklab(encoded: Colours) -> Colours:
    """Lightness 0..1, then a and b, about -0.4..0.4."""
    cones = np.cbrt(_times(srgb_decode(encoded), _TO_CONES))
    return _times(cones, _TO_LAB)


def from_oklab(lab: Colours) -> Colours:
    """Encoded sRGB, beyond 0..1 where the colour is out of gamut."""
    cones = _times(lab, _FROM_LAB) ** 3
    return np.asarray(srgb_encode(_times(cones, _FROM_CONES)), np.float32)


def _times(values: NDArray[np.floating], matrix: Colours) -> Colours:
    """Term by term: BLAS may sum in another order by thread."""
    rows = [
        values[..., 0] * row[0] + values[..., 1] * row[1] + values[..., 2] * row[2]
        for row in matrix
    ]
    return np.stack(rows, axis=-1).astype(np.float32, copy=False)
