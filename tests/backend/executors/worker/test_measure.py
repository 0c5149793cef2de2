from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.backend.executors.orders import disc
from velatura_backend.executors.worker.measure import Stopwatch, peak_memory_metrics, seam_score
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Size


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


def test_a_seam_is_seen() -> None:
    random = np.random.default_rng(2)
    weights = (disc(Size(80, 60), 15) / 255).astype(np.float32)
    smooth = random.random((60, 80, 4), dtype=np.float32) * np.float32(0.1)
    whole = seam_score(smooth, weights)
    stepped = seam_score(smooth + (0.4 * weights[..., None]).astype(np.float32), weights)
    assert whole is not None
    assert stepped is not None
    assert 0.8 < whole < 1.25
    assert stepped > 5.0


@pytest.mark.parametrize("size", [Size(1, 1), Size(3, 3), Size(80, 60)])
def test_no_outline_no_score(size: Size) -> None:
    shown = np.zeros((size.height, size.width, 4), np.float32)
    assert seam_score(shown, np.ones((size.height, size.width), np.float32)) is None


def test_hidden_colour_is_no_seam() -> None:
    weights = (disc(Size(80, 60), 15) / 255).astype(np.float32)
    shown = np.zeros((60, 80, 4), np.float32)
    shown[..., :3] = np.float32(0.9) * weights[..., None]
    assert seam_score(shown, weights) == 1.0
    shown[..., 3] = 1.0
    opaque = seam_score(shown, weights)
    shown[..., :3], shown[..., 3] = 0.0, weights
    cut_out = seam_score(shown, weights)
    assert opaque is not None
    assert cut_out is not None
    assert min(opaque, cut_out) > 5.0


def test_values_that_are_not_finite_do_not_count() -> None:
    random = np.random.default_rng(2)
    weights = (disc(Size(80, 60), 15) / 255).astype(np.float32)
    shown = random.random((60, 80, 4), dtype=np.float32)
    clean = seam_score(shown, weights)
    shown[30, 20:60, 0] = (np.nan, np.inf, -np.inf, np.inf) * 10
    score = seam_score(shown, weights)
    assert clean is not None
    assert score == pytest.approx(clean, rel=0.1)
    assert seam_score(np.full_like(shown, np.nan), weights) is None
