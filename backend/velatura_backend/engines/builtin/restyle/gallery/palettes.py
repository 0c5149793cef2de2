"""The colours each painting of the gallery is mixed from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .motif import Palette

_WARM = Palette(
    high=(0.20, 0.36, 0.66), low=(0.74, 0.78, 0.80), sun=(0.98, 0.80, 0.36),
    ball=(0.86, 0.36, 0.18), hill=(0.36, 0.50, 0.34), field=(0.66, 0.58, 0.26),
    dark=(0.12, 0.10, 0.16),
)  # fmt: skip
_CORAL = Palette(
    high=(0.12, 0.46, 0.52), low=(0.98, 0.78, 0.64), sun=(1.00, 0.86, 0.52),
    ball=(0.92, 0.36, 0.32), hill=(0.20, 0.52, 0.50), field=(0.88, 0.62, 0.40),
    dark=(0.10, 0.16, 0.26),
)  # fmt: skip
_RAIN = Palette(
    high=(0.44, 0.62, 0.82), low=(0.90, 0.92, 0.94), sun=(0.98, 0.88, 0.58),
    ball=(0.82, 0.34, 0.40), hill=(0.42, 0.58, 0.48), field=(0.64, 0.68, 0.42),
    dark=(0.16, 0.20, 0.34),
)  # fmt: skip
_DUSK = Palette(
    high=(0.36, 0.30, 0.56), low=(0.94, 0.66, 0.62), sun=(1.00, 0.78, 0.50),
    ball=(0.78, 0.40, 0.58), hill=(0.38, 0.46, 0.60), field=(0.58, 0.56, 0.46),
    dark=(0.16, 0.12, 0.22),
)  # fmt: skip
_STONE = Palette(
    high=(0.10, 0.30, 0.60), low=(0.62, 0.76, 0.82), sun=(0.94, 0.76, 0.28),
    ball=(0.72, 0.18, 0.14), hill=(0.16, 0.46, 0.38), field=(0.78, 0.66, 0.40),
    dark=(0.12, 0.10, 0.14),
)  # fmt: skip
_PRINT = Palette(
    high=(0.16, 0.48, 0.78), low=(0.96, 0.86, 0.74), sun=(1.00, 0.88, 0.30),
    ball=(0.94, 0.28, 0.40), hill=(0.26, 0.58, 0.44), field=(0.96, 0.66, 0.30),
    dark=(0.14, 0.12, 0.22),
)  # fmt: skip

PALETTES: Mapping[str, Palette] = MappingProxyType(
    {
        "oil": _WARM,
        "gouache": _CORAL,
        "watercolour": _RAIN,
        "ink": _WARM,
        "stipple": _WARM,
        "pencil": _WARM,
        "woodcut": _WARM,
        "pastel": _DUSK,
        "pointillism": _WARM,
        "halftone": _PRINT,
        "risograph": _PRINT,
        "mosaic": _STONE,
    }
)
