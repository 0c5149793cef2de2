"""Numbers worth keeping with a result: seconds per phase and peak memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from velatura_protocol.events import Phase


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
