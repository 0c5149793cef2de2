"""The matrices of OKLab (Björn Ottosson, A perceptual color space, 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TO_CONES: NDArray[np.float64] = np.array(
    (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
)
"""From linear sRGB, (3, 3)."""

TO_LAB: NDArray[np.float64] = np.array(
    (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
)
"""From the cones' cube roots to lightness, a and b, (3, 3)."""
