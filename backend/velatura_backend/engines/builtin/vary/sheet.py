"""A picture as synthesis sees it, and back: compressed colours, previews from coarse levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...base import EngineTask, FloatImage
from ..patchmatch.kernels import BoolMask, Floats, Indices
from ..patchmatch.lanes import Lanes
from ..patchmatch.regions import dilate
from ..patchmatch.synthesis import SynthesisStage
from ..premultiplied import from_working, to_working, working_of

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

    def finished(self, colours: Floats, where: BoolMask, lanes: Lanes) -> FloatImage:
        """The picture with these colours there, its alpha as it was.

        :raises Cancelled: the order is to stop
        """
        return lanes.over(_laid_over, self.image, colours, where)

    def preview(self, stage: SynthesisStage, where: BoolMask, lanes: Lanes) -> FloatImage:
        rows, columns = nearest(stage, self.visible.shape)

        def shown(image: FloatImage, rows: Indices, where: BoolMask) -> FloatImage:
            return _laid_over(image, stage.colours[rows[:, None], columns], where)

        return lanes.over(shown, self.image, rows, where)


def _laid_over(image: FloatImage, colours: Floats, where: BoolMask) -> FloatImage:
    result, channels = image.copy(), image.shape[2]
    made = from_working(colours[where], channels)
    if colours.shape[2] == channels:
        result[where] = made
    else:
        result[where, :-1] = made[:, :-1]
    return result


def sheet_of(task: EngineTask, exclude: BoolMask | None, lanes: Lanes) -> Sheet:
    """Colours of visible pixels spread a little under what is transparent, so that thin strokes
    have whole patches around them."""
    image = task.image
    visible = lanes.over(_is_visible, image)
    colours = lanes.over(_straight_working, image)
    sound = lanes.over(_is_sound, image)
    sound &= visible
    colours, usable = mended(colours, sound, lanes)
    return Sheet(image, colours, visible, _without(usable, exclude))


def _is_visible(image: FloatImage) -> BoolMask:
    return np.asarray(np.nan_to_num(image[..., -1], nan=0.0) > 0.0)


def _straight_working(image: FloatImage) -> Floats:
    opaque = image.copy()
    opaque[..., -1] = 1.0
    return to_working(opaque, opaque=True)


def _is_sound(image: FloatImage) -> BoolMask:
    return np.asarray(np.isfinite(image).all(axis=2))


def sound_pixels(image: FloatImage, lanes: Lanes) -> BoolMask:
    """(height, width): whose values are all finite.

    :raises Cancelled: the order is to stop
    """
    return lanes.over(_is_sound, image)


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
    colours = working_of(task.image, lanes)
    sound = sound_pixels(task.image, lanes)
    colours, usable = mended(colours, sound, lanes)
    return Sheet(task.image, colours, np.ones(usable.shape, np.bool_), _without(usable, exclude))


def spread(colours: Floats, known: BoolMask, lanes: Lanes) -> Floats:
    """The known colours, and elsewhere that of a known pixel nearby, by halving until all is filled
    (pull-push, Gortler et al., The Lumigraph, 1996, without the averages: of many strokes they
    would make one colour)."""
    lanes.check()
    if known.all() or not known.any():
        return colours
    height, width = (side // 2 + side % 2 for side in known.shape)
    coarse = np.empty((height, width, colours.shape[2]), np.float32)
    filled = np.empty((height, width), np.bool_)

    def gather(rows: slice) -> None:
        fine = slice(2 * rows.start, 2 * rows.stop)
        coarse[rows], filled[rows] = _first_known(colours[fine], known[fine])

    lanes.bands(gather, height, width)
    coarse = spread(coarse, filled, lanes)
    result = np.empty_like(colours)

    def scatter(rows: slice) -> None:
        fine = slice(2 * rows.start, min(len(known), 2 * rows.stop))
        guess = coarse[rows].repeat(2, axis=0).repeat(2, axis=1)
        guess = guess[: fine.stop - fine.start, : known.shape[1]]
        result[fine] = np.where(known[fine, :, None], colours[fine], guess)

    lanes.bands(scatter, height, width)
    return result


def _first_known(colours: Floats, known: BoolMask) -> tuple[Floats, BoolMask]:
    """Of each two by two pixels the first one that is known, and whether there is one."""
    even = ((0, len(known) % 2), (0, known.shape[1] % 2))
    coarse, filled = np.pad(colours, [*even, (0, 0)]), np.pad(known, even)
    for axis in (0, 1):
        first, second = (_every_other(coarse, axis, odd) for odd in (0, 1))
        taken, other = (_every_other(filled, axis, odd) for odd in (0, 1))
        coarse, filled = np.where(taken[..., None], first, second), taken | other
    return coarse, filled


def _every_other(plane: NDArray[Any], axis: int, odd: int) -> NDArray[Any]:
    return plane[odd::2] if axis == 0 else plane[:, odd::2]


def halved(plane: Floats, lanes: Lanes) -> Floats:
    """(height, width, channels) at half the size, rounded up; the mean of four.

    :raises Cancelled: the order is to stop
    """
    height, width = (side // 2 + side % 2 for side in plane.shape[:2])
    coarse = np.empty((height, width, plane.shape[2]), np.float32)

    def work(rows: slice) -> None:
        coarse[rows] = _mean_of_four(plane[2 * rows.start : 2 * rows.stop])

    lanes.bands(work, height, width)
    return coarse


def _mean_of_four(plane: Floats) -> Floats:
    height, width = plane.shape[:2]
    even = np.pad(plane, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    below = even[::2, ::2] + even[1::2, ::2]
    return np.float32(0.25) * (below + even[::2, 1::2] + even[1::2, 1::2])


def nearest(stage: SynthesisStage, size: tuple[int, int]) -> tuple[Indices, Indices]:
    """Which row, and which column, of the stage's colours each one at full size shows."""
    rows, columns = (
        np.minimum(np.arange(full, dtype=np.int32) // stage.scale, side - 1)
        for full, side in zip(size, stage.colours.shape[:2], strict=True)
    )
    return rows, columns


def shown(
    stage: SynthesisStage, size: tuple[int, int], channels: int, step: int, lanes: Lanes
) -> FloatImage:
    """What the stage looks like at full size, straight alpha; of every so many pixels.

    :raises Cancelled: the order is to stop
    """
    rows, columns = (lines[::step] for lines in nearest(stage, size))
    image = np.empty((len(rows), len(columns), channels), np.float32)

    def work(band: slice) -> None:
        image[band] = from_working(stage.colours[rows[band, None], columns], channels)

    lanes.bands(work, *image.shape[:2])
    return image


Margins = list[tuple[int, int]]
"""Before and after, of the rows and of the columns."""


def missing(size: tuple[int, ...]) -> Margins:
    """What a picture of that size lacks to have a whole patch."""
    short = (max(0, _LEAST_SIDE - side) for side in size)
    return [(each // 2, each - each // 2) for each in short]


def roomy(colours: Floats, usable: BoolMask) -> tuple[Floats, BoolMask]:
    """Mirrored at its borders where it is too small to have a whole patch."""
    margins = missing(usable.shape)
    if not np.any(margins):
        return colours, usable
    return np.pad(colours, [*margins, (0, 0)], "symmetric"), np.pad(usable, margins, "symmetric")
