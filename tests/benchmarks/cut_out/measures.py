"""How far a matte is from the true one, and what it looks like over another background."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Quality:
    """``sad``: sum of absolute differences, thousands. ``mse``: thousandths. ``gradient``: of the
    Gaussian gradients (Rhemann et al., CVPR 2009), thousands. ``fringe``: mean colour error of the
    cut-out over the colour least like its old background, in 8-bit levels, where it is soft."""

    sad: float
    mse: float
    gradient: float
    fringe: float


def measure(alpha: Floats, truth: Floats, colours: Floats, true_colours: Floats) -> Quality:
    difference = alpha - truth
    ours, theirs = (ndimage.gaussian_gradient_magnitude(each, 1.4) for each in (alpha, truth))
    soft = ndimage.binary_dilation((truth > 0.02) & (truth < 0.98), iterations=2)
    over = np.array((0.1, 0.9, 0.2), np.float32)
    shown = colours * alpha[..., None] + over * (1 - alpha[..., None])
    wanted = true_colours * truth[..., None] + over * (1 - truth[..., None])
    return Quality(
        sad=float(np.abs(difference).sum() / 1000),
        mse=float((difference**2).mean() * 1000),
        gradient=float(((ours - theirs) ** 2).sum() / 1000),
        fringe=float(np.abs(shown - wanted)[soft].mean() * 255),
    )
