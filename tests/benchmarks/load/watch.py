"""What the server costs while it is under load."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.benchmarks.shared.memory import resident
from tests.benchmarks.shared.server import Server

_SECONDS = 0.25
_MIB = 2**20


@dataclass
class Cost:
    """``memory``: (seconds since the beginning, bytes resident) of the server's process;
    ``processor``: its seconds of processor time, ``worker`` the worker's, None if another one took
    its place meanwhile."""

    memory: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    processor: float = 0.0
    worker: float | None = None
    seconds: float = 0.0
    load: float = 0.0

    @property
    def began(self) -> float:
        """MiB with everybody connected, before there was much work."""
        return self.memory[0][1] / _MIB

    @property
    def ended(self) -> float:
        return self.memory[-1][1] / _MIB

    @property
    def most(self) -> float:
        return max(bytes_ for _, bytes_ in self.memory) / _MIB

    @property
    def slope(self) -> float:
        """MiB a minute, by least squares over the second half: the first fills caches."""
        half = self.memory[len(self.memory) // 2 :]
        if len(half) < 3:
            return 0.0
        mean_t = sum(t for t, _ in half) / len(half)
        mean_m = sum(m for _, m in half) / len(half)
        spread = sum((t - mean_t) ** 2 for t, _ in half)
        rise = sum((t - mean_t) * (m - mean_m) for t, m in half)
        return rise / spread * 60.0 / _MIB if spread else 0.0


@contextmanager
def watching(server: Server) -> Iterator[Cost]:
    cost, stop, began = Cost(), threading.Event(), time.monotonic()
    worker = server.worker()
    before = _processor(server.process), _processor(worker)

    def sample() -> None:
        while True:
            cost.memory.append((time.monotonic() - began, resident(server.process.pid)))
            if stop.wait(_SECONDS):
                return

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield cost
    finally:
        cost.seconds = time.monotonic() - began
        stop.set()
        thread.join()
        cost.load = psutil.getloadavg()[0]
        cost.processor = _processor(server.process) - before[0]
        cost.worker = _processor(worker) - before[1] if _lives(worker) else None


def _lives(process: Any) -> bool:
    return process is not None and process.is_running()


def _processor(process: Any) -> float:
    if process is None:
        return 0.0
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system
