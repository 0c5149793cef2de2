"""Gives a filled place the noise of what is around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from velatura_protocol.geometry import Rect

from .patchmatch.grain import add_grain, measure_grain, noise_ratio
from .patchmatch.kernels import BoolMask, Floats
from .patchmatch.lanes import Lanes
from .patchmatch.pyramid import value_range

_RING = 48


@dataclass(frozen=True)
class Graining:
    """``colours``: (height, width, colours) of the window. ``ratio``: how much of the noise around
    is in the hole now, 1 is all of it; None where there is no noise."""

    colours: Floats
    ratio: float | None


def window_around(core: Rect, size: tuple[int, int]) -> Rect:
    """The hole with the ring whose noise counts."""
    return core.grown(_RING).intersection(Rect(0, 0, size[1], size[0]))


def grained(
    working: Floats, opaque: bool, hole: BoolMask, source: BoolMask, strength: float, seed: int,
    lanes: Lanes,
) -> Graining:  # fmt: skip
    """``working``: (height, width, colours) as the solver has them, with alpha last unless
    ``opaque``. Only pixels of the hole change. 0 ``strength``: measured, not added."""
    colours = working if opaque else working[..., :-1]
    usable = source if opaque else source & (working[..., -1] >= 1.0)
    grain = measure_grain(colours, usable, lanes)
    if grain is None:
        return Graining(working, None)
    result = np.ascontiguousarray(working)
    if strength > 0.0:
        least, most = value_range(colours, usable)
        added = add_grain(colours, hole, grain, strength, seed, lanes)
        if not opaque:
            added *= working[..., -1:]
        smooth = colours[hole]
        least, most = np.minimum(least, smooth), np.maximum(most, smooth)
        noisy = np.clip(smooth + added[hole], least, most)
        result = working.copy()
        result[..., : colours.shape[2]][hole] = noisy
    shown = result[..., : colours.shape[2]]
    return Graining(result, noise_ratio(shown, hole, grain, lanes))
