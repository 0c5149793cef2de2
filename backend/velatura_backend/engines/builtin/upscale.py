"""Enlarges by any factor: networks that double and quadruple, then an exact resample."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size

from ...imaging.arrays import size_of
from ...imaging.resize import resize
from ..base import (
    EngineContext,
    EngineEvent,
    EngineProgress,
    EngineResult,
    EngineTask,
    StreamedImage,
)
from ..specs import UPSCALE
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
            yield EngineResult(resize(task.image, wanted))
            return
        passes = _PASSES if flag(task, UPSCALE, "back_projection") else 0
        with NetworkWorkers(context.threads, context.cancel) as workers:
            picture = enlarged(task.image, wanted, passes, workers)
            if wanted.area > _WHOLE_PIXELS:
                yield EngineResult(_streamed(picture))
            else:
                yield from _gathered(picture)


def _streamed(picture: Picture) -> StreamedImage:
    return StreamedImage(picture.height, picture.width, picture.channels, picture.strips)


def _gathered(picture: Picture) -> Iterator[EngineEvent]:
    result = np.empty((picture.height, picture.width, picture.channels), np.float32)
    row = 0
    for strip in picture.strips:
        result[row : row + strip.shape[0]] = strip
        row += strip.shape[0]
        yield EngineProgress(Phase.STEPPING, row / picture.height)
    yield EngineResult(result)
