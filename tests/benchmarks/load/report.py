"""The tables."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.shared.tables import table, verdict

from .scenario import Outcome

_EVENT_MS = 50.0
_GROWTH_MIB = 10.0


def report(outcomes: Sequence[Outcome]) -> str:
    parts = (_jobs(outcomes), _times(outcomes), _memory(outcomes))
    return "\n\n".join(parts)


def _jobs(outcomes: Sequence[Outcome]) -> str:
    head = ["scenario", "clients", "jobs", "jobs/s", "finished", "cancelled", "cuts"]
    head += ["results compared", "lost", "duplicated", "other bytes", ""]
    return table(head, [_job_row(each) for each in outcomes])


def _job_row(outcome: Outcome) -> list[str]:
    tally = outcome.tally
    early = sum(tally.ended[how] for how in ("never heard of", "never sent"))
    others = tally.ended.total() - tally.ended["Finished"] - tally.ended["CancelledJob"] - early
    cancelled = tally.ended["CancelledJob"] + early
    return [
        outcome.scenario.name,
        str(outcome.scenario.plan.clients),
        str(tally.submitted),
        f"{outcome.jobs_a_second:.0f}",
        str(tally.ended["Finished"]),
        str(cancelled) + (f" (and {others} failed)" if others else ""),
        str(tally.connects - outcome.scenario.plan.clients),
        str(tally.checked),
        str(tally.lost),
        str(tally.duplicated + outcome.audit.odd),
        str(tally.wrong_bytes),
        "sound" if outcome.is_sound else "**not sound**",
    ]


def _times(outcomes: Sequence[Outcome]) -> str:
    head = ["told → client, ms", "events", "p50", "p99", "target p99", "", "replayed"]
    head += ["generators' own p99", "ping p50", "ping p99", "load average"]
    return table(head, [_time_row(each) for each in outcomes])


def _time_row(outcome: Outcome) -> list[str]:
    p99 = outcome.event_ms(99)
    return [
        outcome.scenario.name,
        str(len(outcome.latencies.seconds)),
        f"{outcome.event_ms(50):.1f}",
        f"{p99:.1f}",
        f"{_EVENT_MS:.0f}",
        verdict(p99, _EVENT_MS),
        str(outcome.latencies.replayed),
        f"{outcome.generator_ms(99):.1f}",
        f"{outcome.ping_ms(50):.1f}",
        f"{outcome.ping_ms(99):.1f}",
        f"{outcome.cost.load:.1f}",
    ]


def _memory(outcomes: Sequence[Outcome]) -> str:
    head = ["server, MiB resident", "connected, idle", "end", "most", "growth", "target", ""]
    head += ["MiB a minute, second half", "seconds", "server's processor s", "worker's"]
    return table(head, [_memory_row(each) for each in outcomes])


def _memory_row(outcome: Outcome) -> list[str]:
    cost = outcome.cost
    return [
        outcome.scenario.name,
        f"{cost.began:.0f}",
        f"{cost.ended:.0f}",
        f"{cost.most:.0f}",
        f"{outcome.growth:+.1f}",
        f"{_GROWTH_MIB:.0f}",
        verdict(outcome.growth, _GROWTH_MIB),
        f"{cost.slope:+.2f}",
        f"{cost.seconds:.0f}",
        f"{cost.processor:.1f}",
        "replaced" if cost.worker is None else f"{cost.worker:.1f}",
    ]
