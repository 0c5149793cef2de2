"""The engine that tests and the doctor drive: its result is known, its trouble is ordered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from velatura_protocol.engines import EngineSpec
from velatura_protocol.errors import NoSource, OutOfMemory
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Operation

from ...imaging.arrays import bands
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

Check = Callable[[], None]
"""Raises Cancelled when the order is to stop."""


class EchoEngine:
    """Result: ``1 - colour`` with the input's alpha; upscale, retarget and generate in the size
    asked for, by nearest neighbour."""

    spec: EngineSpec = ECHO

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises RuntimeError: when asked for with ``fail=unexpected``"""
        if flag(task, ECHO, "crash"):
            os._exit(CRASH_EXIT_CODE)
        is_deaf = flag(task, ECHO, "ignore_cancel")
        check = _no_check if is_deaf else _check_of(context)
        previews = int(number(task, ECHO, "previews"))
        seconds = number(task, ECHO, "seconds")
        steps = max(1, previews)
        for step in range(1, steps + 1):
            _pass_time(seconds / steps, check, seconds if is_deaf else _SLICE_SECONDS)
            yield EngineProgress(Phase.STEPPING, step / steps, step, steps)
            if previews:
                yield EnginePreview(inverted(task.image, check))
        _fail(text(task, ECHO, "fail"))
        result = _resized(inverted(task.image, check), task)
        yield EngineResult(result, {"seconds": seconds})


def _check_of(context: EngineContext) -> Check:
    return partial(context.cancel.check, Phase.STEPPING)


def _no_check() -> None:
    """The engine that has to be killed."""


def _pass_time(seconds: float, check: Check, at_most: float) -> None:
    """``at_most``: between two checks."""
    end = time.monotonic() + seconds
    while True:
        check()
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, at_most))


def inverted(image: FloatImage, check: Check) -> FloatImage:
    """``1 - colour``, alpha as it is; a new array. In bands: 12 megapixels in one go would be deaf
    to a cancel for 0.3 s.

    :raises Cancelled: the order is to stop
    """
    result = np.empty_like(image)
    for rows in bands(*image.shape[:2]):
        check()
        np.subtract(1.0, image[rows, :, :-1], out=result[rows, :, :-1])
        result[rows, :, -1] = image[rows, :, -1]
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
