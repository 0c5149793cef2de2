"""What a first preview of a large crop is made of: few of its pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from velatura_protocol.errors import JobFailed, NothingSelected

from ..base import Engine, EngineContext, EnginePreview, EngineTask, FloatImage, FloatMask

LARGE = 1 << 20
"""Pixels: a crop of more gets a coarse first preview, within 0.3 s. More than a panel shows."""

_COARSE = 100_000


def is_large(image: FloatImage) -> bool:
    return image.shape[0] * image.shape[1] > LARGE


def coarse(image: FloatImage) -> FloatImage:
    """Every so many pixels, about 100 000 in all; a copy. Picked and not averaged: that takes
    longer, and the average of noise is less of it."""
    step = step_to(_COARSE, image.shape)
    return np.ascontiguousarray(image[::step, ::step])


def step_to(pixels: int, size: tuple[int, ...]) -> int:
    """Every so many rows and columns of (height, width, …) have that many pixels or fewer."""
    return max(1, math.ceil(math.sqrt(size[0] * size[1] / pixels)))


def glimpse(engine: Engine, task: EngineTask, context: EngineContext) -> Iterator[EnginePreview]:
    """The first thing that the engine shows of the coarse picture, where the picture is large and
    somebody looks.

    :raises Cancelled: the order is to stop
    """
    if not is_large(task.image) or not context.wants_preview():
        return
    try:
        for event in engine.run(_coarse_task(task), context):
            if isinstance(event, EnginePreview):
                yield event
                return
    except (JobFailed, NothingSelected):  # the large picture may have what the coarse one lacks
        return


def _coarse_task(task: EngineTask) -> EngineTask:
    step = step_to(_COARSE, task.image.shape)
    target = task.target and (max(1, task.target[0] // step), max(1, task.target[1] // step))
    masks = {role: _picked(mask, step) for role, mask in task.masks.items()}
    mask = _picked(task.mask, step)
    return replace(task, image=coarse(task.image), mask=mask, masks=masks, target=target)


def _picked(mask: FloatMask, step: int) -> FloatMask:
    return np.ascontiguousarray(mask[::step, ::step])


def at_size(image: FloatImage, height: int, width: int) -> FloatImage:
    """The pixels in the middles of those of a picture of that size."""
    rows, columns = (
        ((np.arange(side) + 0.5) * full / side).astype(np.intp)
        for side, full in zip((height, width), image.shape[:2], strict=True)
    )
    return image[rows[:, None], columns[None]]
