"""One run of the engine: how long, how much memory, how much of the picture is left."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from tests.benchmarks.shared.memory import PeakMemory
from velatura_backend.engines.base import (
    CancelToken,
    EnginePreview,
    EngineResult,
    EngineTask,
    FloatImage,
)
from velatura_backend.engines.builtin.restyle.engine import RestyleEngine
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation, Role

_LUMINANCE = np.array((0.2126, 0.7152, 0.0722), np.float32)


@dataclass(frozen=True)
class Way:
    """A column of the table: the parameters, and the style if there is one."""

    name: str
    parameters: dict[str, ParameterValue] = field(default_factory=dict)
    style: FloatImage | None = None


@dataclass(frozen=True)
class Outcome:
    """``preview``: seconds to the first one, 0 if none; ``tone``: correlation of the tones of
    picture and result, blurred over 1/24 of a side."""

    way: str
    image: FloatImage
    seconds: float
    cpu: float
    preview: float
    peak: int
    tone: float


@dataclass(frozen=True)
class _Context:
    previews: bool
    threads: int = 2
    cancel: CancelToken = field(default_factory=lambda: CancelToken(np.zeros(1, np.int64), 1))

    def wants_preview(self) -> bool:
        return self.previews


def measured(way: Way, image: FloatImage, *, previews: bool = False) -> Outcome:
    styles = {} if way.style is None else {Role.STYLE: (way.style,)}
    ones = np.ones(image.shape[:2], np.float32)
    task = EngineTask(
        Operation.RESTYLE, Intent.NONE, image, ones, 0, styles, parameters=way.parameters
    )
    memory = PeakMemory.start(os.getpid())
    began, cpu, first = time.perf_counter(), time.process_time(), 0.0
    result: EngineResult | None = None
    for event in RestyleEngine().run(task, _Context(previews)):
        if isinstance(event, EnginePreview) and not first:
            first = time.perf_counter() - began
        if isinstance(event, EngineResult):
            result = event
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert result is not None
    assert isinstance(result.image, np.ndarray)
    return Outcome(
        way.name, result.image, seconds, cpu, first, memory.extra(),
        tones_kept(image, result.image),
    )  # fmt: skip


def tones_kept(before: FloatImage, after: FloatImage) -> float:
    sigma = min(before.shape[:2]) / 24.0
    tones = [ndimage.gaussian_filter(each[..., :3] @ _LUMINANCE, sigma) for each in (before, after)]
    return float(np.corrcoef(tones[0].ravel(), tones[1].ravel())[0, 1])
