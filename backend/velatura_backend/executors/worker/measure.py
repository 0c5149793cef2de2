"""Numbers worth keeping with a result: seconds per phase, peak memory, the seam score."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.events import Phase

from ...engines.base import FloatImage, FloatMask

_HALF_STEP = 0.5 / 255.0


class Stopwatch:
    """Seconds by phase; starting one phase stops the one before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._phase: Phase | None = None
        self._seconds: dict[Phase, float] = {}

    def enter(self, phase: Phase) -> None:
        self.stop()
        self._phase = phase

    def stop(self) -> None:
        now = self._clock()
        if self._phase is not None:
            self._seconds[self._phase] = self._seconds.get(self._phase, 0.0) + now - self._started
        self._started, self._phase = now, None

    def metrics(self) -> dict[str, float]:
        return {f"seconds_{phase.value}": spent for phase, spent in self._seconds.items()}


def peak_memory_metrics() -> dict[str, float]:
    """``peak_memory``: the most memory this process ever held, in bytes; nothing on Windows.

    Linux: the kernel's high-water mark, because ``ru_maxrss`` survives ``exec`` there and would
    report the server's. macOS gives ``ru_maxrss`` in bytes.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return {"peak_memory": float(line.split()[1]) * 1024.0}
    if sys.platform == "win32":
        return {}
    import resource

    return {"peak_memory": float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)}


def seam_score(shown: FloatImage, weights: FloatMask) -> float | None:
    """How much more colour steps across the mask's outline than right beside it.

    The mean absolute step between neighbours of which exactly one is edited, divided by the mean
    step between the pairs next to them on either side: 1 is invisible. None without an outline.
    Colours count by their alpha, what is hidden under alpha 0 not at all. Pairs with
    a value that is not finite (float documents hold such) do not count.
    """
    edited = weights > 0.0
    seen = _premultiplied(shown)
    across: list[NDArray[np.float32]] = []
    beside: list[NDArray[np.float32]] = []
    for axis in (0, 1):
        colours = np.moveaxis(seen, axis, 0)
        if colours.shape[0] < 4:
            continue
        with np.errstate(invalid="ignore", over="ignore"):
            steps = np.abs(np.diff(colours, axis=0)).mean(axis=2)
        finite = np.isfinite(steps)
        outline = np.diff(np.moveaxis(edited, axis, 0), axis=0)
        across.append(steps[outline & finite])
        next_to = ~outline
        next_to[1:-1] &= outline[:-2] | outline[2:]
        next_to[[0, -1]] = False
        beside.append(steps[next_to & finite])
    edge = np.concatenate(across) if across else np.empty(0)
    near = np.concatenate(beside) if beside else np.empty(0)
    if not edge.size or not near.size:
        return None
    return float((edge.mean() + _HALF_STEP) / (near.mean() + _HALF_STEP))


def _premultiplied(image: FloatImage) -> FloatImage:
    """Colours as they are where all is opaque; else multiplied by alpha, and alpha with them."""
    alpha = image[..., -1:]
    if (alpha == 1.0).all():
        return image[..., :-1]
    with np.errstate(invalid="ignore"):
        return np.concatenate((image[..., :-1] * alpha, alpha), axis=2)
