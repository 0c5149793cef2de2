from __future__ import annotations

import pytest

from tests.backend.hand_clocks import HandClocks
from velatura_backend.journal.age import MOST_BETWEEN, Age, KeptAge

DAY = 24 * 3600.0


def after(clocks: HandClocks, kept: KeptAge) -> Age:
    return Age(kept, clocks.clocks)


def test_it_begins_at_nothing_whatever_the_date() -> None:
    clocks = HandClocks()
    age = after(clocks, KeptAge())
    assert age.now() == 0
    clocks.pass_time(10.0)
    assert age.now() == 10


@pytest.mark.parametrize("jump", [1e9, -1e9])
def test_a_jump_while_it_runs_is_not_seen(jump: float) -> None:
    clocks = HandClocks()
    age = after(clocks, KeptAge())
    clocks.wall += jump
    clocks.pass_time(5.0)
    assert age.now() == 5


@pytest.mark.parametrize(
    ("between", "counted"),
    [(0.0, 0.0), (3600.0, 3600.0), (6 * DAY, 6 * DAY), (1e9, MOST_BETWEEN), (-1e9, 0.0)],
)
def test_between_two_runs_the_wall_clock_is_believed_up_to_a_week(
    between: float, counted: float
) -> None:
    clocks = HandClocks()
    first = after(clocks, KeptAge())
    clocks.pass_time(100.0)
    kept = first.to_keep()
    clocks.wall += between
    assert after(clocks, kept).now() == 100 + counted
