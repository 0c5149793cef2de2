"""The gallery: one painting a medium, for its colours, and how it is made.

The paintings are drawn by :mod:`.make` alone, with fixed seeds: nobody's work is in them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvips

from ....base import FloatImage


def painting(medium: str) -> FloatImage:
    """The gallery's painting in that medium, (512, 512, 4), encoded sRGB, opaque."""
    data = Path(__file__).with_name("paintings").joinpath(f"{medium}.webp").read_bytes()
    picture = pyvips.Image.new_from_buffer(data, "")
    colours = np.asarray(picture.numpy()[..., :3], np.float32) / np.float32(255.0)
    return np.dstack([colours, np.ones(colours.shape[:2], np.float32)])
