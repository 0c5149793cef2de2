"""A picture as synthesis sees it, and back: compressed colours, previews from coarse levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...base import EngineTask, FloatImage
from ..patchmatch.kernels import BoolMask, Floats
from ..patchmatch.lanes import Lanes
from ..patchmatch.regions import dilate
from ..patchmatch.synthesis import SynthesisStage
from ..premultiplied import from_working, to_working

TEXTURE = 4.0
"""Of :class:`SynthesisSettings`. Without it flat lumps grow where pieces of gravel meet."""

_LEAST_SIDE = 16
_REACH = 3


@dataclass(frozen=True)
class Sheet:
    """``colours``: (height, width, colours), compressed; straight, also under transparency, or
    premultiplied with alpha as the last of them. ``visible``: what there is of the picture.
    ``usable``: what may be copied."""

    image: FloatImage
    colours: Floats
    visible: BoolMask
    usable: BoolMask

    def finished(self, colours: Floats, where: BoolMask) -> FloatImage:
        """The picture with these colours there, its alpha as it was."""
        result, channels = self.image.copy(), self.image.shape[2]
        made = from_working(colours[where], channels)
        if colours.shape[2] == channels:
            result[where] = made
        else:
            result[where, :-1] = made[:, :-1]
        return result

    def preview(self, stage: SynthesisStage, where: BoolMask) -> FloatImage:
        return self.finished(enlarged(stage, self.visible.shape), where)


def sheet_of(task: EngineTask, exclude: BoolMask | None, lanes: Lanes) -> Sheet:
    """Colours of visible pixels spread a little under what is transparent, so that thin strokes
    have whole patches around them."""
    image = task.image
    alpha = np.nan_to_num(image[..., -1], nan=0.0)
    visible: BoolMask = alpha > 0.0
    opaque = image.copy()
    opaque[..., -1] = 1.0
    colours = to_working(opaque)
    lanes.check()
    sound = visible & np.isfinite(image).all(axis=2)
    lanes.check()
    colours, usable = mended(colours, sound, lanes)
    return Sheet(image, colours, visible, _without(usable, exclude))


def mended(colours: Floats, sound: BoolMask, lanes: Lanes) -> tuple[Floats, BoolMask]:
    """The colours with those that are not sound replaced by their neighbours', and what may be
    copied: patches around what is sound."""
    if sound.all() or not sound.any():
        return colours, sound
    return spread(colours, sound, lanes), dilate(sound, _REACH, lanes)


def _without(usable: BoolMask, exclude: BoolMask | None) -> BoolMask:
    return usable if exclude is None else usable & ~exclude


def sheet_with_alpha(task: EngineTask, exclude: BoolMask | None, lanes: Lanes) -> Sheet:
    """Transparency is part of the picture and is moved with it."""
    colours = to_working(task.image)
    lanes.check()
    sound = np.asarray(np.isfinite(task.image).all(axis=2))
    colours, usable = mended(colours, sound, lanes)
    return Sheet(task.image, colours, np.ones(usable.shape, np.bool_), _without(usable, exclude))


def spread(colours: Floats, known: BoolMask, lanes: Lanes) -> Floats:
    """The known colours, and elsewhere that of a known pixel nearby, by halving until all is filled
    (pull-push, Gortler et al., The Lumigraph, 1996, without the averages: of many strokes they
    would make one colour)."""
    lanes.check()
    if known.all() or not known.any():
        return colours
    height, width = known.shape
    even = ((0, height % 2), (0, width % 2))
    coarse, filled = np.pad(colours, [*even, (0, 0)]), np.pad(known, even)
    for axis in (0, 1):
        first, second = (_every_other(coarse, axis, odd) for odd in (0, 1))
        taken, other = (_every_other(filled, axis, odd) for odd in (0, 1))
        coarse, filled = np.where(taken[..., None], first, second), taken | other
    coarse = spread(coarse, filled, lanes)
    guess = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    lanes.check()
    return np.where(known[..., None], colours, guess)


def _every_other(plane: NDArray[Any], axis: int, odd: int) -> NDArray[Any]:
    return plane[odd::2] if axis == 0 else plane[:, odd::2]


def halved(plane: Floats) -> Floats:
    """(height, width, channels) at half the size, rounded up; the mean of four."""
    height, width = plane.shape[:2]
    even = np.pad(plane, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    below = even[::2, ::2] + even[1::2, ::2]
    return np.float32(0.25) * (below + even[::2, 1::2] + even[1::2, 1::2])


def enlarged(stage: SynthesisStage, size: tuple[int, int]) -> Floats:
    """The stage's colours at full size, by nearest neighbour."""
    height, width = stage.colours.shape[:2]
    rows = np.minimum(np.arange(size[0]) // stage.scale, height - 1)
    columns = np.minimum(np.arange(size[1]) // stage.scale, width - 1)
    return stage.colours[rows[:, None], columns[None, :]]


def roomy(colours: Floats, usable: BoolMask) -> tuple[Floats, BoolMask]:
    """Mirrored at its borders where it is too small to have a whole patch."""
    missing = [max(0, _LEAST_SIDE - side) for side in usable.shape]
    if not any(missing):
        return colours, usable
    margins = [(short // 2, short - short // 2) for short in missing]
    return np.pad(colours, [*margins, (0, 0)], "symmetric"), np.pad(usable, margins, "symmetric")
