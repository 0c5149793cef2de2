"""Many clients at once on a real server, cut again and again: a small run of the load benchmark.

Every job ends exactly once, every result is compared byte for byte. Nothing here looks at times.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.load.plan import Plan
from tests.benchmarks.load.scenario import Outcome, Scenario, carry_out

pytestmark = pytest.mark.timeout(240)


async def outcome(folder: Path, plan: Plan) -> Outcome:
    found = await carry_out(Scenario("small", plan), folder / "load", 1, pings=False)
    assert found.is_sound, (found.tally, found.audit)
    assert found.tally.troubles == []
    return found


async def test_nothing_is_lost_or_done_twice_when_connections_are_cut(tmp_path: Path) -> None:
    found = await outcome(tmp_path, Plan(20, 10, cut_frames=40))
    assert found.tally.ended == {"Finished": 200}
    assert found.tally.checked == 200
    assert found.audit.jobs == 200
    assert found.tally.cuts >= 20, "the connections were cut"


async def test_cancelled_jobs_end_once_too(tmp_path: Path) -> None:
    plan = Plan(8, 5, in_flight=4, cancel_share=0.6, cancel_seconds=0.6, cut_frames=60)
    found = await outcome(tmp_path, plan)
    assert found.tally.ended.total() == 40
    assert found.tally.ended["CancelledJob"] > 0
    assert found.tally.ended["Finished"] > 0


async def test_strokes_faster_than_they_can_be_worked_on(tmp_path: Path) -> None:
    """Each replaces the one before; the last one is always done."""
    plan = Plan(4, 0, seconds=2.0, live_seconds=0.05, duration=0.05, previews=2)
    found = await outcome(tmp_path, plan)
    assert found.tally.ended["CancelledJob"] > found.tally.ended["Finished"] >= 4
