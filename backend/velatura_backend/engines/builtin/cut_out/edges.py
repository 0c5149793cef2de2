"""The matte's edge as the user wants it."""

from __future__ import annotations

import numpy as np

from ...base import FloatMask

_HARDEST = 0.92


def adjusted(matte: FloatMask, shift: float, contrast: float) -> FloatMask:
    """``shift`` -1..1: half-transparent becomes more or less of the subject; ``contrast`` 0..1: to
    nearly a hard edge. 0 and 0 leave it as it is, 0 and 1 stay what they are."""
    if shift:
        matte = matte ** np.float32(4.0**-shift)
    if contrast:
        gain = 1.0 / (1.0 - _HARDEST * contrast)
        matte = np.clip((matte - 0.5) * gain + 0.5, 0.0, 1.0)
    return matte.astype(np.float32, copy=False)
