from __future__ import annotations

import sys

import numpy as np
import pytest

from velatura_backend.executors.worker.measure import Stopwatch, peak_memory_metrics
from velatura_protocol.events import Phase


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_seconds_by_phase() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    for phase, seconds in ((Phase.STEPPING, 2.0), (Phase.DECODING, 1.0), (Phase.STEPPING, 3.0)):
        watch.enter(phase)
        clock.now += seconds
    watch.stop()
    clock.now += 10.0
    assert watch.metrics() == {"seconds_stepping": 5.0, "seconds_decoding": 1.0}


@pytest.mark.skipif(sys.platform == "win32", reason="not told there")
def test_peak_memory_is_in_bytes() -> None:
    before = peak_memory_metrics()["peak_memory"]
    block = np.ones(64 << 20, np.uint8)
    assert peak_memory_metrics()["peak_memory"] >= before
    assert peak_memory_metrics()["peak_memory"] > block.nbytes
