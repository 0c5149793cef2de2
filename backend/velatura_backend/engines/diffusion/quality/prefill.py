"""What lies under the mask before anything is painted over it, by intent.

It decides what the soft edge goes over into, what an inpainting model is shown, and, where less
than all of the noise schedule is run, what the painting starts from.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from velatura_protocol.errors import NoSource
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Intent, Operation

from ....imaging.banded import in_bands
from ....imaging.resize import fitted
from ...base import (
    CancelToken,
    EngineContext,
    EngineProgress,
    EngineResult,
    EngineTask,
)
from ...builtin.fill import FillEngine
from ..painting.contract import RgbImage
from .checking import Check
from .frames import floats_of, scaled, scaled_mask
from .spreading import spread

BoolMask = NDArray[np.bool_]
Progressing = Generator[EngineProgress, None, RgbImage]

SEEDED = frozenset((Intent.REMOVE, Intent.EXPAND))
"""Filled with pieces of the picture, which the seed chooses."""
_MOST_PIXELS = 1024 * 1024
"""That anything is filled on: a second's work. The painting goes over what it makes."""

_FALLOFF = 9
_SOFTEST = 65
"""Of a blur under what is filled; over so many pixels it goes over into what is around."""


@dataclass(frozen=True)
class Ground:
    """A region: ``colours`` of the picture, ``hole`` what is to be painted, ``known`` where the
    colours are the picture's own (visible, finite)."""

    colours: RgbImage
    hole: BoolMask
    known: BoolMask

    @property
    def usable(self) -> BoolMask:
        return self.known & ~self.hole


def prefilled(ground: Ground, intent: Intent, seed: int, context: EngineContext) -> Progressing:
    """The region's colours with something under the hole that is of no colour of its own.

    :raises NoSource: something is to be removed, and nothing is left to continue
    """
    if not ground.usable.any():
        if intent is Intent.REMOVE:
            raise NoSource
        return ground.colours

    def check() -> None:
        context.cancel.check(Phase.ENCODING)

    small = _reduced(ground, check)
    check()
    if intent in SEEDED:
        made = yield from _patched(small, intent, seed, context)
    else:
        made = spread(small.colours, small.usable.astype(np.float32), check)
        if intent is Intent.FILL:
            made = _with_own_light(small, made, check)
    full = Size(ground.hole.shape[1], ground.hole.shape[0])
    large = scaled(made, full, check=check)
    return in_bands(check, _laid_under, ground.hole, large, ground.colours)


def _laid_under(hole: BoolMask, made: RgbImage, colours: RgbImage) -> RgbImage:
    return np.where(hole[..., None], made, colours)


def _reduced(ground: Ground, check: Check) -> Ground:
    """As small as is quick to fill; itself where it is."""
    full = Size(ground.hole.shape[1], ground.hole.shape[0])
    size = _small_enough(full)
    if size == full:
        return ground
    colours = scaled(ground.colours, size, check=check)
    hole = scaled_mask(floats_of(ground.hole, check), size, check) > 0.0
    known = scaled_mask(floats_of(ground.known, check), size, check) >= 1.0
    return Ground(colours, hole, known)


def _with_own_light(ground: Ground, around: RgbImage, check: Check) -> RgbImage:
    """What is there, blurred beyond recognition, from a few pixels inside on: a fill without a
    prompt keeps the light and the colours of what it replaces."""
    blurred = np.empty_like(ground.colours)
    for channel in range(3):
        check()
        plane = ground.colours[..., channel]
        blurred[..., channel] = ndimage.uniform_filter(plane, _SOFTEST, mode="nearest")
    check()
    inside = ndimage.uniform_filter(ground.hole.astype(np.float32), 2 * _FALLOFF + 1)

    def lit(around: RgbImage, blurred: RgbImage, inside: NDArray[np.float32]) -> RgbImage:
        share = np.clip(2.0 * inside - 1.0, 0.0, 1.0)[..., None]
        return (around + share * (blurred - around)).astype(np.float32, copy=False)

    return in_bands(check, lit, around, blurred, inside)


def _patched(ground: Ground, intent: Intent, seed: int, context: EngineContext) -> Progressing:
    """By the built-in fill, which continues textures and lines up to the outline."""
    hole = ground.hole.astype(np.float32)
    task = EngineTask(
        operation=Operation.FILL,
        intent=intent,
        image=np.dstack([ground.colours, np.ones_like(hole)]),
        mask=hole,
        seed=seed,
        masks={"exclude": (~ground.known).astype(np.float32)},
        parameters={"grain": 0.0},
    )
    filled = ground.colours
    for event in FillEngine().run(task, _WithoutPreviews(context)):
        if isinstance(event, EngineProgress):
            yield replace(event, phase=Phase.ENCODING)
        elif isinstance(event, EngineResult) and isinstance(event.image, np.ndarray):
            filled = event.image[..., :3]
    return filled


def _small_enough(size: Size) -> Size:
    if size.area <= _MOST_PIXELS:
        return size
    return fitted(size, round(max(size.width, size.height) * (_MOST_PIXELS / size.area) ** 0.5))


@dataclass(frozen=True)
class _WithoutPreviews:
    """The order's context for work that is not shown."""

    context: EngineContext

    @property
    def cancel(self) -> CancelToken:
        return self.context.cancel

    @property
    def threads(self) -> int:
        return self.context.threads

    def wants_preview(self) -> bool:
        return False
