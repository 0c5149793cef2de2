"""Enlarges by any factor: networks that double and quadruple, then an exact resample."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size

from ...imaging.arrays import size_of
from ...imaging.banded import Check, copied_in_bands
from ...imaging.resize import Filter, resize
from ..base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from ..specs import UPSCALE
from .glance import coarse, is_large
from .networks.chain import enlarged
from .networks.stage import Picture
from .networks.workers import NetworkWorkers
from .values import flag

_PASSES = 3
_WHOLE_PIXELS = 1 << 25
_DEFAULT_SCALE = 2.0


class UpscaleEngine:
    """``task.scale`` (default 2) times as large, each side rounded. What would be larger than
    33 megapixels comes in strips."""

    spec: EngineSpec = UPSCALE

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        scale = task.scale if task.scale is not None else _DEFAULT_SCALE
        before = size_of(task.image)
        wanted = Size(max(1, round(before.width * scale)), max(1, round(before.height * scale)))
        context.cancel.check(Phase.STEPPING)
        if wanted.width <= before.width and wanted.height <= before.height:
            yield EngineResult(resize(task.image, wanted, check=_check_of(context)))
            return
        passes = _PASSES if flag(task, UPSCALE, "back_projection") else 0
        with NetworkWorkers(context.threads, context.cancel) as workers:
            picture = enlarged(task.image, wanted, passes, workers)
            if context.wants_preview():  # what is small already looks like what it will be
                yield EnginePreview(coarse(task.image) if is_large(task.image) else task.image)
            if wanted.area > _WHOLE_PIXELS:
                yield EngineResult(_streamed(picture))
            else:
                yield from _gathered(picture, task.image, context)


def _check_of(context: EngineContext) -> Check:
    return partial(context.cancel.check, Phase.STEPPING)


def _streamed(picture: Picture) -> StreamedImage:
    return StreamedImage(picture.height, picture.width, picture.channels, picture.strips)


def _gathered(picture: Picture, image: FloatImage, context: EngineContext) -> Iterator[EngineEvent]:
    """Strip by strip; previews are in ``image``'s size: what is finished, over what is not."""
    result = np.empty((picture.height, picture.width, picture.channels), np.float32)
    shown: FloatImage | None = None
    check = _check_of(context)
    row = seen = 0
    for strip in picture.strips:
        result[row : row + strip.shape[0]] = strip
        row += strip.shape[0]
        yield EngineProgress(Phase.STEPPING, row / picture.height)
        if row < picture.height and context.wants_preview():
            shown = copied_in_bands(check, image) if shown is None else shown
            seen = _shown_on(shown, result[:row], seen, picture.height, check)
            yield EnginePreview(copied_in_bands(check, shown))
    yield EngineResult(result)


def _shown_on(shown: FloatImage, done: FloatImage, seen: int, height: int, check: Check) -> int:
    """Lays the rows that are ``done``, of ``height`` in all, over the small picture from row
    ``seen`` on; how far they reach."""
    small, width = shown.shape[:2]
    below = done.shape[0] * small // height
    if below > seen:
        part = done[-(-seen * height // small) : below * height // small]
        shown[seen:below] = resize(part, Size(width, below - seen), Filter.BOX, check)
    return max(seen, below)
