"""The gallery's media by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from .drawn import ink, pencil, stipple, woodcut
from .easel import Easel
from .marks import Canvas
from .painted import gouache, oil, pastel, pointillism, watercolour
from .printed import halftone, mosaic, risograph

Painter = Callable[[Easel], Iterator[Canvas]]
"""Yields the canvas after each layer, the same one each time; the last is finished."""

PAINTERS: Mapping[str, Painter] = MappingProxyType(
    {
        "oil": oil,
        "gouache": gouache,
        "watercolour": watercolour,
        "ink": ink,
        "stipple": stipple,
        "pencil": pencil,
        "woodcut": woodcut,
        "pastel": pastel,
        "pointillism": pointillism,
        "halftone": halftone,
        "risograph": risograph,
        "mosaic": mosaic,
    }
)
