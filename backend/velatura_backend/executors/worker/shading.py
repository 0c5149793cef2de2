"""Between a document's samples and the float image an engine works on, band by band.

Bands bound the memory that float copies take, and a cancel never waits for more than one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from velatura_protocol.engines import EngineColour
from velatura_protocol.errors import Unsupported
from velatura_protocol.pixels import ColourSpace, PixelFormat
from velatura_protocol.tasks import Canvas

from ...engines.base import FloatImage
from ...imaging.arrays import Quantised, Samples, bands, from_working, to_working
from ...imaging.banded import Check
from ...imaging.colour import Conversion, conversion

Step = Callable[[FloatImage], FloatImage]


@dataclass(frozen=True)
class Shading:
    """How one input's colours become those an engine wants, and the engine's the document's."""

    inward: tuple[Step, ...]
    document: Conversion
    space: ColourSpace

    def to_engine(self, samples: Samples, format: PixelFormat, check: Check) -> FloatImage:
        """A new working array: float32 (height, width, 2 | 4), straight alpha last."""
        height, width = samples.shape[:2]
        image: FloatImage | None = None
        for rows in bands(height, width):
            check()
            band = to_working(samples[rows], format.layout)
            for step in self.inward:
                band = step(band)
            if image is None:
                image = np.empty((height, width, band.shape[2]), np.float32)
            image[rows] = band
        assert image is not None, "a picture has at least one row"
        return image

    def to_document(self, image: FloatImage, format: PixelFormat) -> Quantised:
        """The document's encoding in ``format``, quantised once. A grey document's values may be
        wanted in colour (previews), never the other way round."""
        values = self.document.to_document(image)
        return from_working(values if format.layout.is_grey else coloured(values), format)

    def to_srgb(self, image: FloatImage) -> FloatImage:
        """As sRGB, four channels, for panels. A profile that cannot be read costs a small picture
        its exact colours, not the user the result."""
        grey = self.document.grey
        try:
            shown = conversion(self.space, grey, EngineColour.SRGB)
        except Unsupported:
            shown = conversion(ColourSpace(transfer=self.space.transfer), grey, EngineColour.SRGB)
        return shown.to_engine(self.document.to_document(image))


def canvas_shading(canvas: Canvas, engine: EngineColour) -> Shading:
    """For pixels that are in the document's own colours.

    :raises Unsupported: the engine needs a profile that cannot be read
    """
    document = conversion(canvas.colour, canvas.format.layout.is_grey, engine)
    return Shading((document.to_engine,), document, canvas.colour)


def foreign_shading(
    canvas: Canvas, engine: EngineColour, colour: ColourSpace, format: PixelFormat
) -> Shading:
    """For pixels with a colour space or channels of their own: by way of sRGB, without bounds.

    :raises Unsupported: one of the profiles cannot be read
    """
    home = canvas_shading(canvas, engine)
    grey = canvas.format.layout.is_grey
    if colour == canvas.colour and format.layout.is_grey == grey:
        return home
    own = conversion(colour, format.layout.is_grey, EngineColour.SRGB)
    if engine is EngineColour.SRGB:
        return Shading((own.to_engine,), home.document, home.space)
    through = conversion(canvas.colour, grey, EngineColour.SRGB)
    return Shading((own.to_engine, through.to_document, *home.inward), home.document, home.space)


def coloured(image: FloatImage) -> FloatImage:
    """Grey as red, green and blue alike; four channels as they are."""
    if image.shape[2] == 4:
        return image
    return np.ascontiguousarray(image[..., [0, 0, 0, 1]])
