"""Changes of tone found on a coarse level, for a finer one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .kernels import BoolMask, Floats
from .lanes import Lanes


@dataclass(frozen=True)
class Tones:
    """``change``: (height, width, colours), at 1/``scale`` of the size it is for; 0 where nothing
    is to change."""

    change: Floats
    scale: int

    def apply(self, colours: Floats, where: BoolMask, lanes: Lanes) -> None:
        """Adds them there, linear between the coarse pixels, in place."""
        height, width = colours.shape[:2]
        top, bottom, down = self._between(height, self.change.shape[0])
        left, right, across = self._between(width, self.change.shape[1])

        def work(rows: slice) -> None:
            share = down[rows, None, None]
            lines = self.change[top[rows]] * (1.0 - share) + self.change[bottom[rows]] * share
            share = across[None, :, None]
            change = lines[:, left] * (1.0 - share) + lines[:, right] * share
            colours[rows] += change * where[rows, :, None]

        lanes.bands(work, height, width)

    def _between(
        self, fine: int, coarse: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """The two coarse lines that each fine one lies between, and the share of the second."""
        at = np.clip((np.arange(fine) + 0.5) / self.scale - 0.5, 0.0, coarse - 1.0)
        first = np.floor(at).astype(np.int64)
        return first, np.minimum(first + 1, coarse - 1), (at - first).astype(np.float32)
