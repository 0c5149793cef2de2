"""``python -m tests.benchmarks.load``: many clients at once, cut, cancelled and flooded.

A real server with its worker; clients in processes of their own, which speak the real protocol
through the real session. Every job has to end exactly once, and every result is compared byte for
byte. ``--soak MINUTES`` mixes everything for so long.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .pictures import BUILT_IN
from .plan import Plan
from .report import report
from .scenario import Outcome, Scenario, carry_out

SCENARIOS = (
    Scenario("echo, random cuts", Plan(200, 25, cut_frames=150)),
    Scenario("built-in engines, random cuts", Plan(12, 8, engines=BUILT_IN, cut_frames=60)),
    Scenario(
        "cancel storm",
        Plan(100, 10, in_flight=4, cancel_share=0.6, cancel_seconds=1.5, cut_frames=200),
    ),
    Scenario("all cut every 3 s", Plan(200, 5, storm_seconds=3.0)),
    Scenario(
        "live flood",
        Plan(
            40, 0, seconds=15.0, live_seconds=0.1, duration=0.02, previews=2, in_flight=0, side=48
        ),
    ),
)

_SOAK = Plan(
    120,
    0,
    in_flight=1,
    engines=("echo", "echo", "echo", "echo", "echo", "echo", "restore", "patchmatch"),
    cut_frames=300,
    storm_seconds=60.0,
    cancel_share=0.15,
    cancel_seconds=2.0,
    forgets=True,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="scenarios whose name has this in it")
    parser.add_argument("--soak", type=float, default=0.0, help="minutes of everything at once")
    parser.add_argument("--processes", type=int, default=2, help="that make the load")
    parser.add_argument("--no-pings", action="store_true", help="without the process that pings")
    options = parser.parse_args()
    scenarios = [each for each in SCENARIOS if options.only in each.name]
    if options.soak:
        scenarios = [Scenario(f"soak, {options.soak:g} min", _soak(options.soak))]
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n", flush=True)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="velatura-load-") as folder:
        for number, scenario in enumerate(scenarios):
            outcome = asyncio.run(
                carry_out(
                    scenario,
                    Path(folder) / str(number),
                    options.processes,
                    pings=not options.no_pings,
                )
            )
            outcomes.append(outcome)
            done = f"{scenario.name}: {outcome.tally.ended.total()} jobs, sound: {outcome.is_sound}"
            print(done, file=sys.stderr, flush=True)
            for trouble in outcome.tally.troubles:
                print(f"{scenario.name}: {trouble}", file=sys.stderr, flush=True)
    print(report(outcomes))
    return 0 if all(each.is_sound for each in outcomes) else 1


def _soak(minutes: float) -> Plan:
    return replace(_SOAK, seconds=minutes * 60.0)


if __name__ == "__main__":
    sys.exit(main())
