"""Previews in the form a canvas takes, no more of them than were asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import AlphaMode, PreviewRequest

from ...engines.base import EnginePreview, FloatImage
from ...imaging.arrays import size_of
from ..base import WorkPreview
from .inputs import Crop
from .outputs import ResultWriter
from .shown import edited_area, masked, mixed, reduced, with_alpha


@dataclass(frozen=True)
class PreviewOf:
    crop: Crop
    variation: int
    alpha: AlphaMode


class PreviewMaker:
    """Composited by the mask, around the mask only: a preview is put on the canvas as it is.

    ``writer`` is the previews' own: their files are handed over one by one.
    """

    def __init__(
        self,
        request: PreviewRequest | None,
        writer: ResultWriter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._request = request
        self._writer = writer
        self._clock = clock
        self._due = clock()

    def is_wanted(self) -> bool:
        request = self._request
        return request is not None and request.per_second > 0 and self._clock() >= self._due

    def make(self, preview: EnginePreview, of: PreviewOf) -> WorkPreview | None:
        """None while the last one is fresh, and for a picture of another size than its crop."""
        request, image = self._request, preview.image
        if request is None or not self.is_wanted() or image.shape != of.crop.image.shape:
            return None
        self._due = self._clock() + 1.0 / request.per_second
        area = edited_area(of.crop.weights, margin=0)
        small = reduced(_shown(preview, of, area), request.max_side)
        samples = of.crop.shading.to_document(small, request.format).samples
        blob = self._writer.write(size_of(samples), request.format, (samples,), durable=False)
        self._writer.hand_over()
        region = area.translated(of.crop.region.x, of.crop.region.y)
        return WorkPreview(of.variation, region, blob)


def _shown(preview: EnginePreview, of: PreviewOf, area: Rect) -> FloatImage:
    window = (slice(area.y, area.bottom), slice(area.x, area.right))
    before = of.crop.image[window]
    after = with_alpha(preview.image[window].copy(), before, of.alpha)
    if preview.mask is not None:
        return masked(after, preview.mask[window])
    return after if of.crop.mask is None else mixed(before, after, of.crop.weights[window])
