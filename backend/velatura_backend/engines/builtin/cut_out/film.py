"""How a cut-out is shown while it is made: what is cut away lies under a red film."""

from __future__ import annotations

import numpy as np

from ...base import FloatImage, FloatMask
from ..patchmatch.kernels import Flag, Floats
from ..patchmatch.lanes import Lanes
from ..strict import strict

_COVERS = 0.6
_RED = 0.8


@strict
def _lay(
    start: int, stop: int, flag: Flag, serial: int, image: Floats, matte: Floats, out: Floats
) -> None:
    width, channels = matte.shape[1], image.shape[2]
    for y in range(start, stop):
        if flag[0] == serial:
            return
        for x in range(width):
            away = np.float32(_COVERS) * (np.float32(1.0) - matte[y, x])
            out[y, x, channels - 1] = image[y, x, channels - 1]
            for c in range(channels - 1):
                value = image[y, x, c]
                value = value if np.isfinite(value) else np.float32(0.0)
                red = np.float32(_RED) if c == 0 else np.float32(0.0)
                out[y, x, c] = value + away * (red - value)


def over_film(image: FloatImage, matte: FloatMask, lanes: Lanes) -> FloatImage:
    """A new picture (H, W, 2 | 4) of a matte in its size."""
    out = np.empty_like(image)
    lanes.rows(_lay, *matte.shape, np.ascontiguousarray(image), matte, out)
    return out
