"""Seconds, bytes and latencies."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from tests.benchmarks.shared.memory import PeakMemory
from velatura_protocol.errors import Cancelled

from .painters import Context, Ours


@dataclass(frozen=True)
class Timing:
    """``whole``: seconds of one fill, from prompt and pixels to pixels; ``steps``: in a second.
    ``cpu``: seconds of processor time of one fill. ``peak``: bytes, on CUDA of tensors on the
    device with the weights, on a CPU of the process above what it held before."""

    whole: float
    steps: float
    cpu: float
    peak: int
    first: float
    """Seconds of the first fill, in which whatever is compiled is compiled."""
    by_processor: bool = False

    @property
    def cost(self) -> float:
        """What is compared: on a CPU that others use too, its own seconds."""
        return self.cpu if self.by_processor else self.whole


def timed(fill: Callable[[int], Any], steps: int, runs: int, device: str) -> Timing:
    """Medians of ``runs``. Steps in a second are told from fills of all and of half the steps."""
    began = time.perf_counter()
    _synced(fill, steps, device)
    first = time.perf_counter() - began
    peak = _peak(lambda: _synced(fill, steps, device), device)
    long, short, cpu = [], [], []
    for _ in range(runs):
        wall, processor = _seconds(fill, steps, device)
        long.append(wall)
        cpu.append(processor)
        short.append(_seconds(fill, steps // 2, device)[0])
    whole = statistics.median(long)
    rest = max(1e-9, whole - statistics.median(short))
    return Timing(
        whole, (steps - steps // 2) / rest, statistics.median(cpu), peak, first, device == "cpu"
    )


def _seconds(fill: Callable[[int], Any], steps: int, device: str) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    _synced(fill, steps, device)
    return time.perf_counter() - wall, time.process_time() - processor


def _synced(fill: Callable[[int], Any], steps: int, device: str) -> None:
    fill(steps)
    if device != "cpu":
        torch.cuda.synchronize()


def _peak(work: Callable[[], None], device: str) -> int:
    if device != "cpu":
        torch.cuda.reset_peak_memory_stats()
        work()
        return torch.cuda.max_memory_allocated()
    memory = PeakMemory.start(os.getpid())
    work()
    return memory.extra()


@dataclass
class Cancels:
    """Seconds from the flag to the end, and where it found the job."""

    seconds: list[float] = field(default_factory=list[float])
    phases: list[str] = field(default_factory=list[str])


def cancelled(ours: Ours, steps: int, whole: float, times: int) -> Cancels:
    """At evenly spread moments of a job, nothing of which is remembered."""
    found = Cancels()
    for index in range(times):
        ours.forget()
        context = Context()
        told: list[float] = []

        def stop(context: Context = context, told: list[float] = told) -> None:
            told.append(time.perf_counter())
            context.stop()

        timer = threading.Timer(whole * (index + 0.5) / times, stop)
        timer.start()
        try:
            for _ in ours.events(steps, context):
                pass
        except Cancelled as error:
            if ours.device != "cpu":
                torch.cuda.synchronize()  # what was queued still runs, and holds the device
            found.seconds.append(time.perf_counter() - told[0])
            found.phases.append(str(error.params.get("phase", "")))
        finally:
            timer.cancel()
            timer.join()
    return found


def preview_seconds(ours: Ours, device: str) -> float:
    """Of one preview of latents of the pass's size, median of 50."""
    from velatura_backend.engines.diffusion.painting.viewing import PreviewMaps

    shown = ours.resources.keep.get(PreviewMaps, PreviewMaps).maps[ours.model.id]
    space_side = ours.build.side // 8
    grid = torch.randn(1, shown.channels, space_side, space_side, device=device)
    seconds = []
    for _ in range(50):
        began = time.perf_counter()
        shown.picture(grid)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
