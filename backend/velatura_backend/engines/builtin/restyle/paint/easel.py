"""What every medium's painter is given, and the planes it usually wants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...patchmatch.kernels import Floats
from ...patchmatch.lanes import Lanes
from .blur import blurred
from .guide import Guide, Reduced, luminance, make_guide, softened
from .marks import Canvas, Plane, blank

_ROWS = 128
_NEAR, _FAR = 0.9, 1.6
"""Ratio of the two blurs whose difference makes the contours (Winnemöller, XDoG, 2011)."""


@dataclass(frozen=True)
class Easel:
    """``small``: the picture to be painted, reduced; ``height``, ``width`` of the painting.
    ``unit``: the size of marks, in pixels, 1 for a picture of 512². ``care``: 0 loose … 1 faithful.
    ``sharp``: 0 … 1, how much finer marks are where a lot goes on.
    """

    small: Reduced
    height: int
    width: int
    unit: float
    care: float
    sharp: float
    seed: int
    lanes: Lanes

    def guide(self, softness: float, reach: float = 5.0) -> Guide:
        """``softness`` and ``reach`` in units."""
        scale = self.unit / self.small.factor
        return make_guide(
            self.small, max(0.3, softness * scale), max(0.7, reach * scale), self.seed, self.lanes
        )

    def softened(self, guide: Guide, softness: float) -> Guide:
        """The same guide with colours blurred by so many units."""
        sigma = softness * self.unit / self.small.factor
        colour = softened(self.small, max(0.3, sigma), self.lanes)
        return guide._replace(colour=colour, tone=luminance(colour))

    def salt(self, number: int) -> int:
        return (self.seed * 977 + number) & 0xFFFF

    def contours(self, width: float, strength: float = 1.0) -> Floats:
        """0..1: dark lines where a tone has a darker side, ``width`` units wide."""
        scale = width * self.unit / self.small.factor
        tone = luminance(self.small.colour)
        near = blurred(tone, max(0.5, _NEAR * scale), self.lanes)
        far = blurred(tone, max(0.8, _FAR * scale), self.lanes)
        lines = np.clip((far - near) * np.float32(14.0 * strength) - 0.12, 0.0, 1.0)
        self.lanes.check()
        return lines

    def vivid(self, colour: Floats, amount: float, contrast: float = 0.0) -> Floats:
        """Colours further from grey by ``amount``, tones further from the middle by
        ``contrast``."""
        result = np.empty_like(colour)
        for top in range(0, len(colour), _ROWS):
            self.lanes.check()
            rows = slice(top, top + _ROWS)
            tone = luminance(colour[rows])[..., None]
            bent = tone + contrast * (tone - 0.5) * (1.0 - tone) * tone * 4.0
            result[rows] = np.clip(bent + (colour[rows] - tone) * (1.0 + amount), 0.0, 1.0)
        return result

    def blank(self, paper: tuple[float, float, float]) -> Canvas:
        return blank(self.height, self.width, paper, self.lanes)


def everywhere(guide: Guide, value: float = 1.0) -> Floats:
    return np.full(guide.tone.shape, value, np.float32)


def one_colour(guide: Guide, colour: tuple[float, float, float]) -> Guide:
    """The guide as if the picture were of that colour all over: for inks."""
    plane = np.empty_like(guide.colour)
    plane[:] = np.array(colour, np.float32)
    return guide._replace(colour=plane)


def smoothstep(values: Plane, low: float, high: float) -> Floats:
    part = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(part * part * (3.0 - 2.0 * part), np.float32)


def planes(*each: Plane) -> Floats:
    """Amounts as kernels take them: (h, w, count)."""
    return np.ascontiguousarray(np.stack(each, axis=-1), np.float32)
