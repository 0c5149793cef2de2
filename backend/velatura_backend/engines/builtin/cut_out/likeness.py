"""Whether a colour at a place is rather the subject's or the background's: smoothed histograms over
place and colour. A wall behind the head says little of a floor behind the feet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..patchmatch.kernels import Floats
from ..patchmatch.lanes import Lanes
from ..recolour.oklab import to_oklab

_PLACES = 6
_SHADES = 24
_HUES = 28
_CHROMA = 0.3
_COLOUR_BLUR = 0.9
_WIDE_BLUR = 2.5
_WIDE_COUNTS = 0.02
_UNSEEN = 1e-6
_TRUNCATE = 3.0
_SHAPE = (_PLACES, _PLACES, _SHADES, _HUES, _HUES)

Cells = tuple[NDArray[np.int64], ...]
"""Of every pixel in turn: row and column of its place, lightness, two of its hue."""


class Likeness:
    """Of one picture, ``guide``: (H, W, 3), finite."""

    def __init__(self, guide: Floats, lanes: Lanes) -> None:
        self.lanes, self.size = lanes, guide.shape[:2]
        where = _cells(guide)
        self.box = _box(where)
        self.cells = np.ravel_multi_index(where, _SHAPE)
        inner = tuple(each - part.start for each, part in zip(where, self.box, strict=True))
        self.inner = np.ravel_multi_index(inner, [part.stop - part.start for part in self.box])

    def evidence(self, subject: Floats, background: Floats, reach: float) -> Floats:
        """(H, W) logarithm of how much likelier each pixel is one of those that count as the
        subject (by weights, (H, W)) than one of the background's.
        ``reach``: how far a sample is heard, in sixths of the picture."""
        ours, theirs = self._density(subject, reach), self._density(background, reach)
        ratio = np.log((ours + _UNSEEN) / (theirs + _UNSEEN))
        return ratio.reshape(self.size).astype(np.float32, copy=False)

    def _density(self, weights: Floats, reach: float) -> Floats:
        counts = np.bincount(self.cells, weights.reshape(-1), int(np.prod(_SHAPE)))
        counts = (counts / max(counts.sum(), 1e-9)).reshape(_SHAPE)[self.box].astype(np.float32)
        self.lanes.check()
        near = self._blurred(counts, _COLOUR_BLUR, reach)
        near += np.float32(_WIDE_COUNTS) * self._blurred(near, _WIDE_BLUR, reach)
        return near.reshape(-1)[self.inner]

    def _blurred(self, counts: Floats, colour: float, place: float) -> Floats:
        for axis in range(5):
            self.lanes.check()
            sigma, mode = (place, "nearest") if axis < 2 else (colour, "constant")
            blurred = ndimage.gaussian_filter1d(counts, sigma, axis, mode=mode, truncate=_TRUNCATE)
            counts = np.asarray(blurred, np.float32)
        return counts


def _cells(guide: Floats) -> Cells:
    """Each pixel's cell in a histogram."""
    height, width = guide.shape[:2]
    lab = to_oklab(np.clip(guide, 0.0, 1.0))
    shade = np.clip(lab[..., 0] * _SHADES, 0, _SHADES - 1).astype(np.int64)
    hues = np.clip((lab[..., 1:] / (2 * _CHROMA) + 0.5) * _HUES, 0, _HUES - 1).astype(np.int64)
    ys = (np.arange(height) * _PLACES // height)[:, None] + np.zeros_like(shade)
    xs = (np.arange(width) * _PLACES // width)[None, :] + np.zeros_like(shade)
    where = (ys, xs, shade, hues[..., 0], hues[..., 1])
    return tuple(each.reshape(-1) for each in where)


def _box(where: Cells) -> tuple[slice, ...]:
    """All places, and the colours that a first blur of the picture's own reaches: beyond them there
    is nothing for the second one either, and most pictures have a third of the colours or less."""
    reach = int(_TRUNCATE * _COLOUR_BLUR + 0.5)
    colours = (
        slice(max(0, int(each.min()) - reach), min(side, int(each.max()) + 1 + reach))
        for each, side in zip(where[2:], _SHAPE[2:], strict=True)
    )
    return slice(0, _PLACES), slice(0, _PLACES), *colours
