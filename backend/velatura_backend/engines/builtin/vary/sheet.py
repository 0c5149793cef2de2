"""A picture as synthesis sees it, and back: compressed colours, previews from coarse levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...base import EngineTask, FloatImage
from ..patchmatch.kernels import BoolMask, Floats
from ..patchmatch.lanes import Lanes
from ..patchmatch.regions import dilate
from ..patchmatch.synthesis import SynthesisStage
from ..premultiplied import from_working, to_working

_LEAST_SIDE = 16
_REACH = 3


@dataclass(frozen=True)
class Sheet:
    """``colours``: (height, width, colours), straight and compressed, also under transparency.
    ``visible``: where alpha is above 0. ``usable``: what may be copied."""

    image: FloatImage
    colours: Floats
    visible: BoolMask
    usable: BoolMask

    def finished(self, colours: Floats, where: BoolMask) -> FloatImage:
        """The picture with these colours there, its alpha as it was."""
        result = self.image.copy()
        result[where, :-1] = from_working(colours[where], self.image.shape[2])[:, :-1]
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
    usable = sound
    if not sound.all():
        colours = spread(colours, sound, lanes)
        usable = dilate(sound, _REACH, lanes)
    if exclude is not None:
        usable = usable & ~exclude
    return Sheet(image, colours, visible, usable)


def spread(colours: Floats, known: BoolMask, lanes: Lanes) -> Floats:
    """The known colours, and elsewhere a blurred guess from them, by halving until all is filled
    (pull-push, Gortler et al., The Lumigraph, 1996)."""
    lanes.check()
    if known.all() or not known.any() or max(known.shape) == 1:
        return colours
    weight = known.astype(np.float32)[..., None]
    total, count = halved(colours * weight), halved(weight)
    filled = count[..., 0] > 0.0
    coarse = np.where(filled[..., None], total / np.where(count > 0.0, count, 1.0), 0.0)
    coarse = spread(coarse.astype(np.float32, copy=False), filled, lanes)
    height, width = known.shape
    guess = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    lanes.check()
    return np.where(known[..., None], colours, guess)


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
