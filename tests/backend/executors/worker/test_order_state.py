from __future__ import annotations

from array import array

import pytest

from velatura_backend.engines.base import EngineProgress
from velatura_backend.executors.worker.flow import token_over
from velatura_backend.executors.worker.order_state import OrderState
from velatura_protocol.errors import Cancelled
from velatura_protocol.events import Phase


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_fraction_counts_crops_and_variations() -> None:
    clock = Clock()
    state = OrderState(token_over(array("q", [0]), 1), variations=2, clock=clock)
    assert state.enter(Phase.ENCODING).fraction is None
    state.crops = 2
    fractions: list[float | None] = []
    for index in range(2):
        state.begin_variation(index)
        for _ in range(2):
            fractions.append(state.enter(Phase.STEPPING).fraction)
            clock.now += 1.0
            progress = state.engine_progress(EngineProgress(Phase.STEPPING, 0.5, 1, 2))
            assert progress is not None
            fractions.append(progress.fraction)
            state.crop_done()
    assert fractions == [0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]


def test_variations_that_are_made_together_count_together() -> None:
    state = OrderState(token_over(array("q", [0]), 1), variations=4, clock=Clock())
    state.enter(Phase.ENCODING)
    state.crops = 1
    state.begin_variation(0)
    three = state.engine_progress(EngineProgress(Phase.STEPPING, 0.5, 1, 2, together=3))
    assert three is not None
    assert three.fraction == 0.375
    state.crop_done()
    state.begin_variation(1)
    waiting = state.enter(Phase.DELIVERING)
    assert waiting.fraction == 0.375, "it never falls"


def test_chatty_engines_are_thinned_out() -> None:
    clock = Clock()
    state = OrderState(token_over(array("q", [0]), 1), variations=1, clock=clock)
    state.crops = 1
    state.enter(Phase.STEPPING)
    told = 0
    for step in range(1000):
        clock.now += 0.001
        told += state.engine_progress(EngineProgress(Phase.STEPPING, step / 1000)) is not None
    assert told == pytest.approx(20, abs=1)
    assert state.engine_progress(EngineProgress(Phase.DECODING, 1.0)) is not None


def test_a_cancel_names_the_phase() -> None:
    flag = array("q", [0])
    state = OrderState(token_over(flag, 3), variations=1)
    state.enter(Phase.STEPPING)
    flag[0] = 3
    with pytest.raises(Cancelled) as caught:
        state.enter(Phase.DECODING)
    assert caught.value.params == {"phase": "stepping"}
    assert state.phase is Phase.STEPPING
