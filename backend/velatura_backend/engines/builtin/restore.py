"""Takes noise, JPEG blocks and slight blur away; scratches are filled before."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Intent, Operation, Role

from ...imaging.banded import all_in_bands, copied_in_bands, in_bands
from ..base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    FloatMask,
    StreamedImage,
)
from ..specs import RESTORE
from .fill import FillEngine
from .glance import coarse, is_large
from .networks.estimate import measure
from .networks.models import ModelName, load_model
from .networks.stage import Picture, Stage, through
from .networks.workers import NetworkWorkers
from .values import flag, number

_SCRATCHES_SHARE = 0.5
_TOLD = 0.65
"""Of light noise; of strong noise all. Told of all where it is light, the network takes fine
texture with it: 0.8 dB at a deviation of 5 levels, 0.5 dB at 10, 0.2 dB at 25; six photographs."""


class RestoreEngine:
    """The result keeps the input's alpha. With all amounts at 0 only scratches are filled."""

    spec: EngineSpec = RESTORE

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises NoSource: nothing but scratches"""
        context.cancel.check(Phase.STEPPING)
        image, done = task.image, 0.0
        scratches = task.masks.get(Role.GUIDE)
        if scratches is not None and (scratches > 0.0).any():
            done = _SCRATCHES_SHARE
            image = yield from _without_scratches(task, context)
        levels = _levels(task, image)
        if any(levels):
            image = yield from _cleaned(image, levels, context, done)
        told = {"noise": levels[0], "jpeg": levels[1], "blur": levels[2]}
        if image is task.image:
            image = copied_in_bands(partial(context.cancel.check, Phase.STEPPING), image)
        yield EngineResult(image, told)


def _levels(task: EngineTask, image: FloatImage) -> tuple[float, float, float]:
    """Of noise, JPEG and blur, as the network is told them."""
    blur = number(task, RESTORE, "deblur")
    if not flag(task, RESTORE, "measure"):
        return number(task, RESTORE, "denoise"), number(task, RESTORE, "dejpeg"), blur
    measured = measure(image)
    return measured.noise, measured.jpeg, blur


def _without_scratches(
    task: EngineTask, context: EngineContext
) -> Generator[EngineEvent, None, FloatImage]:
    """The fill engine's answer for them; the rest of the picture to the last bit as it was."""
    scratches = task.masks[Role.GUIDE]
    filling = replace(
        task,
        operation=Operation.FILL,
        intent=Intent.REMOVE,
        mask=scratches,
        masks={role: mask for role, mask in task.masks.items() if role != Role.GUIDE},
        parameters={},
    )
    image = task.image
    for event in FillEngine().run(filling, context):
        if isinstance(event, EngineProgress):
            yield replace(event, fraction=event.fraction * _SCRATCHES_SHARE)
        elif isinstance(event, EnginePreview):
            yield event
        elif not isinstance(event.image, StreamedImage):
            image = event.image
    check = partial(context.cancel.check, Phase.STEPPING)
    return in_bands(check, _laid_over, scratches, image, task.image)


def _laid_over(scratches: FloatMask, filled: FloatImage, image: FloatImage) -> FloatImage:
    return np.where(scratches[..., None] > 0.0, filled, image)


def _cleaned(
    image: FloatImage, levels: tuple[float, ...], context: EngineContext, done: float
) -> Generator[EngineEvent, None, FloatImage]:
    """The network's answer, strip by strip; previews show what is finished over what is not."""
    check = partial(context.cancel.check, Phase.STEPPING)
    opaque = all_in_bands(check, lambda band: band[..., -1] == 1.0, image)
    noise = levels[0]
    told = (noise * (_TOLD + (1.0 - _TOLD) * noise), *levels[1:])
    stage = Stage(load_model(ModelName.RESTORE), levels=told, opaque=opaque)
    row = 0
    with NetworkWorkers(context.threads, context.cancel) as workers:
        if is_large(image) and context.wants_preview():
            yield EnginePreview(_coarse(image, stage, workers))
        result = copied_in_bands(check, image)
        for strip in through(_whole(image), stage, workers).strips:
            result[row : row + strip.shape[0]] = strip
            row += strip.shape[0]
            yield EngineProgress(Phase.STEPPING, done + (1.0 - done) * row / image.shape[0])
            if context.wants_preview():
                yield EnginePreview(copied_in_bands(check, result))
    return result


def _coarse(image: FloatImage, stage: Stage, workers: NetworkWorkers) -> FloatImage:
    picked = coarse(image)
    return np.concatenate(list(through(_whole(picked), stage, workers).strips))


def _whole(image: FloatImage) -> Picture:
    height, width, channels = image.shape
    return Picture(iter((image,)), height, width, channels)
