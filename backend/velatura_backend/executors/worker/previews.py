"""Previews in the form a canvas takes, no more of them than were asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Rect
from velatura_protocol.tasks import AlphaMode, PreviewRequest

from ...engines.base import EnginePreview, FloatImage
from ...imaging.arrays import size_of
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
            small = reduced(_alone(preview, of), request.max_side or _PANEL_SIDE)
        elif preview.image.shape == of.crop.image.shape:
            small = reduced(_shown(preview, of, area), request.max_side)
        else:
            small = reduced(_coarse(preview, of, area), request.max_side)
        samples = of.crop.shading.to_document(small, request.format).samples
        blob = self._writer.write(size_of(samples), request.format, (samples,), durable=False)
        self._writer.hand_over()
        region = area.translated(of.crop.region.x, of.crop.region.y)
        return WorkPreview(of.variation, region, blob)


def _alone(preview: EnginePreview, of: PreviewOf) -> FloatImage:
    return with_alpha(preview.image.copy(), of.crop.image, of.alpha)


def _shown(preview: EnginePreview, of: PreviewOf, area: Rect) -> FloatImage:
    window = (slice(area.y, area.bottom), slice(area.x, area.right))
    return _mixed(preview, of, window, window)


def _coarse(preview: EnginePreview, of: PreviewOf, area: Rect) -> FloatImage:
    """The crop is looked at where the coarse pixels have their middles: twelve megapixels are not
    averaged for a first glance."""
    height, width = preview.image.shape[:2]
    rows, inner_rows = _places(area.y, area.bottom, of.crop.image.shape[0], height)
    columns, inner_columns = _places(area.x, area.right, of.crop.image.shape[1], width)
    return _mixed(preview, of, (inner_rows, inner_columns), (rows[:, None], columns[None]))


def _places(start: int, stop: int, full: int, coarse: int) -> tuple[NDArray[np.intp], slice]:
    """Which of ``full`` pixels stand for the coarse ones that ``start`` to ``stop`` touch, and
    which these are."""
    first, last = start * coarse // full, max(-(-stop * coarse // full), start * coarse // full + 1)
    middles = (np.arange(first, last) + 0.5) * full / coarse
    return np.minimum(middles.astype(np.intp), full - 1), slice(first, last)


def _mixed(
    preview: EnginePreview, of: PreviewOf, inside: _Window, window: _Window | _Picked
) -> FloatImage:
    """``inside``: what is shown of the preview; ``window``: the crop's pixels there."""
    before = of.crop.image[window]
    after = with_alpha(preview.image[inside].copy(), before, of.alpha)
    if preview.mask is not None:
        return masked(after, preview.mask[inside])
    return after if of.crop.mask is None else mixed(before, after, of.crop.weights[window])
