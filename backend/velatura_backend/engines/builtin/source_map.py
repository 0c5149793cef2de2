"""A picture of where filled pixels come from.

As on the colour wheels of optical flow: the hue is the direction in which the original lies (red:
right, green: below, cyan: left, violet: above), pale is near and strong is far. Pixels from another
picture are grey. Joints between pieces are darker. In a grey document bright is near, dim is far.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect

from ..base import FloatImage
from .patchmatch.kernels import BoolMask, Floats
from .patchmatch.lanes import Lanes
from .patchmatch.stages import Origins

_JOINT = 0.5
_OTHER = 0.6
_SATURATION = (0.25, 1.0)
_TURN = 2.0 * np.pi
_STRIP = 64


class SourceMap:
    """Of one crop; filled in place by place. ``offset``: rows and columns to where a pixel comes
    from; ``other``: it comes from another picture."""

    def __init__(self, height: int, width: int) -> None:
        self.offset = np.zeros((height, width, 2), np.int32)
        self.other = np.zeros((height, width), np.bool_)

    def record(
        self, crop: Rect, core: Rect, own: BoolMask, origins: Origins, home: int, halvings: int
    ) -> None:
        """``own``: the hole's pixels within ``core``. ``origins`` are those of ``crop``, 2 to the
        power of ``halvings`` smaller, with other pictures from row ``home`` on."""
        ys, xs = np.nonzero(own)
        coarse_y = (ys + core.y - crop.y) >> halvings
        coarse_x = (xs + core.x - crop.x) >> halvings
        row, column = origins.row[coarse_y, coarse_x], origins.column[coarse_y, coarse_x]
        place = ys + core.y, xs + core.x
        self.offset[(*place, 0)] = (row - coarse_y) << halvings
        self.offset[(*place, 1)] = (column - coarse_x) << halvings
        self.other[place] = row >= home

    def picture(self, hole: BoolMask, channels: int, lanes: Lanes) -> FloatImage:
        """(height, width, channels), opaque in the hole and transparent elsewhere."""
        most = max(1.0, float(np.abs(self.offset).max()))
        shown = np.zeros((*hole.shape, channels), np.float32)
        for top in range(0, len(hole), _STRIP):
            lanes.check()
            rows = slice(top, top + _STRIP)
            down, right = (self.offset[rows, :, axis].astype(np.float32) for axis in (0, 1))
            far = np.minimum(1.0, np.sqrt(np.hypot(down, right) / most))
            if channels == 2:
                shown[rows, :, 0] = 1.0 - 0.6 * far
                continue
            hue = (np.mod(np.arctan2(down, right), _TURN) / _TURN).astype(np.float32)
            shown[rows, :, :3] = _coloured(hue, _SATURATION[0] + far * np.ptp(_SATURATION))
        lanes.check()
        shown[self.other] = _OTHER
        lanes.check()
        shown[self._joints(hole)] *= _JOINT
        shown[..., -1] = hole
        return shown

    def _joints(self, hole: BoolMask) -> BoolMask:
        joints = np.zeros_like(hole)
        different = np.any(self.offset[1:] != self.offset[:-1], axis=2)
        joints[1:] |= different & hole[1:] & hole[:-1]
        different = np.any(self.offset[:, 1:] != self.offset[:, :-1], axis=2)
        joints[:, 1:] |= different & hole[:, 1:] & hole[:, :-1]
        return joints


def _coloured(hue: Floats, saturation: NDArray[np.floating]) -> Floats:
    """Full brightness, 0..1 each."""
    thirds = np.array([0.0, 2.0 / 3.0, 1.0 / 3.0], np.float32)
    away = np.abs(np.mod(hue[..., None] + thirds, 1.0) * 6.0 - 3.0) - 1.0
    return (1.0 - saturation[..., None] * (1.0 - np.clip(away, 0.0, 1.0))).astype(np.float32)
