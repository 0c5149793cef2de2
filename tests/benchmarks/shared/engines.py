"""An engine run as the worker runs it, on 8-bit pictures."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from velatura_backend.engines import registry
from velatura_backend.engines.base import (
    CancelToken,
    EngineResult,
    EngineTask,
    FloatImage,
    FloatMask,
    StreamedImage,
)
from velatura_protocol.errors import Cancelled
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation


def _token() -> CancelToken:
    return CancelToken(np.zeros(1, np.int64), 1)


@dataclass
class Quiet:
    threads: int = 2
    cancel: CancelToken = field(default_factory=_token)

    def wants_preview(self) -> bool:
        return False


@dataclass(frozen=True)
class Done:
    """``seconds`` by the clock, ``cpu`` of all threads."""

    image: FloatImage | StreamedImage
    seconds: float
    cpu: float


def working(picture: NDArray[np.uint8]) -> FloatImage:
    """Three channels of 8 bit as an engine sees them."""
    opaque = np.full(picture.shape[:2], 255, np.uint8)
    return np.dstack([picture, opaque]).astype(np.float32) / np.float32(255.0)


def pixels(image: FloatImage) -> NDArray[np.uint8]:
    return np.rint(np.clip(image[..., :3], 0.0, 1.0) * 255.0).astype(np.uint8)


def streamed(image: FloatImage, scale: float, threads: int = 2) -> Iterator[FloatImage]:
    """The strips of an upscale too large to be held, while its engine waits, as the worker has
    it."""
    whole = np.ones(image.shape[:2], np.float32)
    task = EngineTask(Operation.UPSCALE, Intent.NONE, image, whole, 0, scale=scale)
    for event in registry.create("builtin_upscale").run(task, Quiet(threads)):
        if isinstance(event, EngineResult):
            assert isinstance(event.image, StreamedImage)
            yield from event.image.strips


def cancelled_after(image: FloatImage, delay: float, threads: int = 2) -> float:
    """Seconds from a cancel, ``delay`` after the beginning of an upscale, to its end."""
    context = Quiet(threads)
    whole = np.ones(image.shape[:2], np.float32)
    task = EngineTask(Operation.UPSCALE, Intent.NONE, image, whole, 0, scale=2.0)
    asked: list[float] = []

    def ask() -> None:
        asked.append(time.perf_counter())
        context.cancel.flag[0] = context.cancel.serial

    timer = threading.Timer(delay, ask)
    timer.start()
    try:
        for _ in registry.create("builtin_upscale").run(task, context):
            pass
    except Cancelled:
        return time.perf_counter() - asked[0]
    raise AssertionError("it was finished before the cancel")


def run_engine(
    engine_id: str,
    image: FloatImage,
    parameters: Mapping[str, ParameterValue],
    *,
    scale: float | None = None,
    masks: Mapping[str, FloatMask] | None = None,
    threads: int = 2,
) -> Done:
    spec = registry.spec(engine_id)
    whole = np.ones(image.shape[:2], np.float32)
    task = EngineTask(
        spec.operations[0], Intent.NONE, image, whole, 0,
        masks=masks or {}, parameters=parameters, scale=scale,
    )  # fmt: skip
    clock, cpu = time.perf_counter(), time.process_time()
    for event in registry.create(engine_id).run(task, Quiet(threads)):
        if isinstance(event, EngineResult):
            spent = time.perf_counter() - clock, time.process_time() - cpu
            return Done(event.image, *spent)
    raise AssertionError(f"{engine_id} gave no result")
