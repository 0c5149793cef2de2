"""The engine that tests and the doctor drive: its result is known, its trouble is ordered."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NoSource, OutOfMemory
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Operation

from ..base import (
    EngineContext,
    EngineEvent,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
)
from ..specs import ECHO
from .values import flag, number, text

CRASH_EXIT_CODE = 70
_SLICE_SECONDS = 0.005


class EchoEngine:
    """Result: ``1 - colour`` with the input's alpha; upscale, retarget and generate in the size
    asked for, by nearest neighbour."""

    spec: EngineSpec = ECHO

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises RuntimeError: when asked for with ``fail=unexpected``"""
        if flag(task, ECHO, "crash"):
            os._exit(CRASH_EXIT_CODE)
        previews = int(number(task, ECHO, "previews"))
        seconds = number(task, ECHO, "seconds")
        steps = max(1, previews)
        for step in range(1, steps + 1):
            self._work(seconds / steps, task, context)
            yield EngineProgress(Phase.STEPPING, step / steps, step, steps)
            if previews:
                yield EnginePreview(inverted(task.image))
        _fail(text(task, ECHO, "fail"))
        result = _resized(inverted(task.image), task)
        yield EngineResult(result, {"seconds": seconds})

    def _work(self, seconds: float, task: EngineTask, context: EngineContext) -> None:
        stubborn = flag(task, ECHO, "ignore_cancel")
        end = time.monotonic() + seconds
        while True:
            if not stubborn:
                context.cancel.check(Phase.STEPPING)
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _SLICE_SECONDS))


def inverted(image: FloatImage) -> FloatImage:
    """``1 - colour``, alpha as it is; a new array."""
    result = image.copy()
    np.subtract(1.0, image[..., :-1], out=result[..., :-1])
    return result


def _resized(image: FloatImage, task: EngineTask) -> FloatImage:
    height, width = image.shape[:2]
    if task.operation is Operation.UPSCALE and task.scale is not None:
        height, width = round(height * task.scale), round(width * task.scale)
    elif task.operation in (Operation.RETARGET, Operation.GENERATE) and task.target is not None:
        height, width = task.target
    if (height, width) == image.shape[:2]:
        return image
    rows = np.arange(height) * image.shape[0] // height
    columns = np.arange(width) * image.shape[1] // width
    return np.ascontiguousarray(image[rows][:, columns])


def _fail(how: str) -> None:
    if how == "no_source":
        raise NoSource
    if how == "out_of_memory":
        raise OutOfMemory(device="cpu")
    if how == "unexpected":
        raise RuntimeError("an unexpected exception, as asked for")
