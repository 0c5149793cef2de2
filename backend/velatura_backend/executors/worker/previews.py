"""Previews in the form a canvas takes, no more of them than were asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import AlphaMode, PreviewRequest

from ...engines.base import EnginePreview, FloatImage, FloatMask
from ...imaging.arrays import Samples, size_of
from ...imaging.banded import Check, copied_in_bands, in_bands, unchecked
from ..base import WorkPreview
from .inputs import Crop
from .outputs import ResultWriter
from .shown import edited_area, masked, mixed, reduced, with_alpha

_Window = tuple[slice, slice]
_Picked = tuple[NDArray[np.intp], NDArray[np.intp]]

_PANEL_SIDE = 1024


@dataclass(frozen=True)
class PreviewOf:
    """``lies_on_crop`` False: the result is of another size than its crop (retarget, upscale) and
    is nowhere on the canvas before it is accepted."""

    crop: Crop
    variation: int
    alpha: AlphaMode
    lies_on_crop: bool = True


class PreviewMaker:
    """Composited by the mask, around the mask only: a preview is put on the canvas as it is.

    ``writer`` is the previews' own: their files are handed over one by one. ``check`` raises when
    the order is to stop.
    """

    def __init__(
        self,
        request: PreviewRequest | None,
        writer: ResultWriter,
        clock: Callable[[], float] = time.monotonic,
        check: Check = unchecked,
    ) -> None:
        self._request = request
        self._writer = writer
        self._check = check
        self._clock = clock
        self._due = clock()

    def is_wanted(self) -> bool:
        request = self._request
        return request is not None and request.per_second > 0 and self._clock() >= self._due

    def make(self, preview: EnginePreview, of: PreviewOf) -> WorkPreview | None:
        """None while the last one is fresh.

        A coarse one is smaller than its region, and so for a panel alone; of what does not lie on
        its crop the region is empty.
        """
        request = self._request
        if request is None or not self.is_wanted():
            return None
        self._due = self._clock() + 1.0 / request.per_second
        area = edited_area(of.crop.weights, margin=0)
        if not of.lies_on_crop:
            area = Rect(area.x, area.y, 0, 0)
            alone = copied_in_bands(self._check, preview.image)
            alone = with_alpha(alone, of.crop.image, of.alpha, self._check)
            small = reduced(alone, request.max_side or _PANEL_SIDE, self._check)
        elif preview.image.shape == of.crop.image.shape:
            shown = _shown(preview, of, area, self._check)
            small = reduced(shown, request.max_side, self._check)
        else:
            small = reduced(_coarse(preview, of, area, self._check), request.max_side, self._check)

        def quantised(band: FloatImage) -> Samples:
            return of.crop.shading.to_document(band, request.format).samples

        samples = in_bands(self._check, quantised, small)
        blob = self._writer.write(size_of(samples), request.format, (samples,), durable=False)
        self._writer.hand_over()
        region = area.translated(of.crop.region.x, of.crop.region.y)
        return WorkPreview(of.variation, region, blob)


def _shown(preview: EnginePreview, of: PreviewOf, area: Rect, check: Check) -> FloatImage:
    window = (slice(area.y, area.bottom), slice(area.x, area.right))
    return _mixed(preview, of, window, window, check)


def _coarse(preview: EnginePreview, of: PreviewOf, area: Rect, check: Check) -> FloatImage:
    """The crop is looked at where the coarse pixels have their middles: twelve megapixels are not
    averaged for a first glance."""
    height, width = preview.image.shape[:2]
    rows, inner_rows = _places(area.y, area.bottom, of.crop.image.shape[0], height)
    columns, inner_columns = _places(area.x, area.right, of.crop.image.shape[1], width)
    inside = (inner_rows, inner_columns)
    return _mixed(preview, of, inside, (rows[:, None], columns[None]), check)


def _places(start: int, stop: int, full: int, coarse: int) -> tuple[NDArray[np.intp], slice]:
    """Which of ``full`` pixels stand for the coarse ones that ``start`` to ``stop`` touch, and
    which these are."""
    first, last = start * coarse // full, max(-(-stop * coarse // full), start * coarse // full + 1)
    middles = (np.arange(first, last) + 0.5) * full / coarse
    return np.minimum(middles.astype(np.intp), full - 1), slice(first, last)


def _mixed(
    preview: EnginePreview, of: PreviewOf, inside: _Window, window: _Window | _Picked, check: Check
) -> FloatImage:
    """``inside``: what is shown of the preview; ``window``: the crop's pixels there."""
    pictures = (of.crop.image[window], preview.image[inside])

    def after(before: FloatImage, image: FloatImage) -> FloatImage:
        return with_alpha(image.copy(), before, of.alpha)

    def over(before: FloatImage, image: FloatImage, weights: FloatMask) -> FloatImage:
        return mixed(before, after(before, image), weights)

    def alone(before: FloatImage, image: FloatImage, weights: FloatMask) -> FloatImage:
        return masked(after(before, image), weights)

    if preview.mask is not None:
        return in_bands(check, alone, *pictures, preview.mask[inside])
    if of.crop.mask is None:
        return in_bands(check, after, *pictures)
    return in_bands(check, over, *pictures, of.crop.weights[window])
