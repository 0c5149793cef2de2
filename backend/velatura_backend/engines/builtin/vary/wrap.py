"""How visible it is that a picture's opposite borders meet."""

from __future__ import annotations

import numpy as np

from ...base import FloatImage

_HALF_STEP = 0.5 / 255.0


def wrap_seam(image: FloatImage, *, rows: bool, columns: bool) -> float:
    """The mean step of colours across the borders that are to meet, divided by the mean step right
    beside them, on both sides: 1 is invisible. Colours count by their alpha. The worse of the two
    directions; 1 where a side is too short to have a step beside."""
    wanted = [axis for axis, asked in enumerate((rows, columns)) if asked]
    return max((_along(np.moveaxis(image, axis, 0)) for axis in wanted), default=1.0)


def _along(lines: FloatImage) -> float:
    if len(lines) < 4:
        return 1.0
    near = _premultiplied(np.concatenate([lines[-3:], lines[:3]]))
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.abs(np.diff(near, axis=0)).mean(axis=2)
    across, beside = (each[np.isfinite(each)] for each in (steps[2], steps[[0, 1, 3, 4]]))
    if not across.size or not beside.size:
        return 1.0
    step, usual = across.mean(dtype=np.float64), beside.mean(dtype=np.float64)
    return float((step + _HALF_STEP) / (usual + _HALF_STEP))


def _premultiplied(image: FloatImage) -> FloatImage:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.concatenate([image[..., :-1] * image[..., -1:], image[..., -1:]], axis=2)
