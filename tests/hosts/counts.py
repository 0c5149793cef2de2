"""How many tests passed, failed and were skipped in which editor."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

HOST = "host"
INSIDE = "tests inside"
"""Names of a test's properties: the editor that it ran in, and how many tests ran inside of it."""

_NO_HOST = "no editor"
_OUTCOMES = ("passed", "failed", "skipped")


@dataclass
class Counts:
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    inside: Counter[str] = field(default_factory=Counter)

    def add(self, report: pytest.TestReport) -> None:
        """Every phase of every test is to come here; a test counts once."""
        if report.when != "call" and report.passed:
            return
        properties = dict(report.user_properties)
        host = str(properties.get(HOST, _NO_HOST))
        self.outcomes[host][report.outcome] += 1
        self.inside[host] += int(str(properties.get(INSIDE, 0)))

    def lines(self) -> Iterator[str]:
        for host, outcomes in sorted(self.outcomes.items()):
            told = ", ".join(f"{outcomes[each]} {each}" for each in _OUTCOMES)
            inside = self.inside[host]
            yield f"hosts: {host}: {told}{f'; {inside} tests inside of it' if inside else ''}"
