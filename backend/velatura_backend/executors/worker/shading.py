"""Between a document's samples and the float image an engine works on, band by band.

Bands bound the memory that float copies take, and a cancel never waits for more than one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.engines import EngineColour
from velatura_protocol.pixels import ColourSpace, PixelFormat, Transfer

from ...engines.base import FloatImage
from ...imaging.arrays import Quantised, Samples, from_working, to_working
from ...imaging.colour import srgb_decode, srgb_encode

BAND_PIXELS = 1 << 20

Check = Callable[[], None]
"""Raises ``Cancelled`` when the order is to stop."""


def bands(height: int, width: int) -> Iterator[slice]:
    """Rows in groups of about :data:`BAND_PIXELS` pixels."""
    step = max(1, BAND_PIXELS // max(1, width))
    for top in range(0, height, step):
        yield slice(top, min(height, top + step))


@dataclass(frozen=True)
class Shading:
    """How one input's colours map to those an engine wants, and back."""

    space: ColourSpace
    target: EngineColour

    def to_engine(self, samples: Samples, format: PixelFormat, check: Check) -> FloatImage:
        """A new working array: float32 (height, width, 2 | 4), straight alpha last."""
        height, width = samples.shape[:2]
        channels = 2 if format.layout.is_grey else 4
        image = np.empty((height, width, channels), np.float32)
        for rows in bands(height, width):
            check()
            image[rows] = self._engine_values(to_working(samples[rows], format.layout))
        return image

    def to_document(self, image: FloatImage, format: PixelFormat) -> Quantised:
        """A band in the document's encoding, quantised once. Alpha may be left out, not added."""
        return from_working(self._document_values(image), format)

    def to_srgb(self, image: FloatImage) -> FloatImage:
        """A small image as sRGB, for panels."""
        return image

    def _engine_values(self, values: FloatImage) -> FloatImage:
        if self.space.transfer is Transfer.LINEAR and self.target is EngineColour.NATIVE:
            values[..., :-1] = srgb_encode(values[..., :-1])
        return values

    def _document_values(self, image: FloatImage) -> FloatImage:
        if self.space.transfer is Transfer.LINEAR and self.target is EngineColour.NATIVE:
            return np.concatenate((_float32(srgb_decode(image[..., :-1])), image[..., -1:]), axis=2)
        return image


def _float32(values: NDArray[Any]) -> NDArray[np.float32]:
    return values.astype(np.float32, copy=False)
