"""One run of an engine, and what can be measured of it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from velatura_backend.engines import registry
from velatura_backend.engines.base import (
    CancelToken,
    EnginePreview,
    EngineResult,
    EngineTask,
    FloatImage,
)
from velatura_protocol.errors import Cancelled

_DIRECTIONS = 96
_SIDE = 7
_SAMPLES = 20_000
SERIAL = 1


@dataclass(frozen=True)
class Outcome:
    """``preview``: until the first one; both in seconds by the clock and of the processor.
    ``metrics``: the engine's own."""

    image: FloatImage
    clock: float
    cpu: float
    preview_clock: float
    preview_cpu: float
    metrics: dict[str, float]


@dataclass(frozen=True)
class _Context:
    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), SERIAL))
    threads: int = 2

    def wants_preview(self) -> bool:
        return True


def measured(task: EngineTask) -> Outcome:
    engine = registry.create(registry.best(task.operation).id)
    clock, cpu = time.perf_counter(), time.process_time()
    preview_clock = preview_cpu = 0.0
    for event in engine.run(task, _Context()):
        now, used = time.perf_counter() - clock, time.process_time() - cpu
        if isinstance(event, EnginePreview) and not preview_clock:
            preview_clock, preview_cpu = now, used
        if isinstance(event, EngineResult):
            assert isinstance(event.image, np.ndarray)
            return Outcome(event.image, now, used, preview_clock, preview_cpu, dict(event.metrics))
    raise RuntimeError("no result")


def cancelled_after(task: EngineTask, seconds: float) -> float:
    """Seconds from setting the flag, so long after the start, to the end; 0 if it was done."""
    context, engine = _Context(), registry.create(registry.best(task.operation).id)
    flagged: list[float] = []

    def cancel() -> None:
        flagged.append(time.perf_counter())
        context.cancel.flag[0] = SERIAL

    timer = threading.Timer(seconds, cancel)
    timer.start()
    try:
        for _ in engine.run(task, context):
            pass
    except Cancelled:
        return time.perf_counter() - flagged[0]
    finally:
        timer.cancel()
        timer.join()
    return 0.0


def patch_distance(before: FloatImage, after: FloatImage) -> float:
    """Sliced Wasserstein distance of 7x7 patches, times 255: 0 has the same texture. Of the visible
    colours, premultiplied."""
    random = np.random.default_rng(0)
    size = _SIDE * _SIDE * 3
    directions = random.standard_normal((size, _DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    both = [np.sort(_patches(each, random) @ directions, axis=0) for each in (before, after)]
    return float(np.abs(both[0] - both[1]).mean() * 255.0)


def _patches(image: FloatImage, random: np.random.Generator) -> np.ndarray:
    seen = image[..., :3] * image[..., 3:]
    windows = np.lib.stride_tricks.sliding_window_view(seen, (_SIDE, _SIDE), axis=(0, 1))
    rows = random.integers(windows.shape[0], size=_SAMPLES)
    columns = random.integers(windows.shape[1], size=_SAMPLES)
    return windows[rows, columns].reshape(_SAMPLES, -1)


def sharpness(before: FloatImage, after: FloatImage) -> float:
    """Gradient energy of the result by that of the picture: 1 is as sharp."""
    energies = [
        float(np.mean([ndimage.sobel(each[..., 1] * each[..., 3], axis) ** 2 for axis in (0, 1)]))
        for each in (before, after)
    ]
    return energies[1] / energies[0]


def changed(before: FloatImage, after: FloatImage) -> float:
    """Share of pixels that differ by more than 8 of 255 in a channel."""
    return float(np.mean(np.abs(before - after).max(axis=2) > 8.0 / 255.0))
