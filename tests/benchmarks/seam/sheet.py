"""Contact sheets: what was shifted and what came of it, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from .grounds import Picture

_GAP = 4


def contact_sheet(rows: Sequence[Sequence[Picture]], side: int) -> Image.Image:
    """Each picture ``side`` pixels wide; rows of equal length."""
    height, width = len(rows), max(len(row) for row in rows)
    size = (width * (side + _GAP) + _GAP, height * (side + _GAP) + _GAP)
    sheet = Image.new("RGB", size, (255, 255, 255))
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            place = (_GAP + column * (side + _GAP), _GAP + row * (side + _GAP))
            sheet.paste(_small(picture, side), place)
    return sheet


def _small(picture: Picture, side: int) -> Image.Image:
    pixels = np.rint(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.LANCZOS)
