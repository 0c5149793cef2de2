"""Tests that run inside of Krita, told one by one outside of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.krita.editor import Editor

INSIDE = Path(__file__).parent / "inside"
RUNNER = "tests.hosts.krita.inside.contract"
SECONDS = 540.0


@dataclass(frozen=True)
class Outcomes:
    """Of one run, by the tests' names with their parameters."""

    outcomes: Mapping[str, str]
    failures: Mapping[str, str]

    def expect(self, name: str) -> None:
        """All runs of the test function called ``name`` have passed, and there was one."""
        runs = {each: outcome for each, outcome in self.outcomes.items() if _base(each) == name}
        failures = [f"{each}\n{self.failures[each]}" for each in runs if each in self.failures]
        assert not failures, "\n\n".join(failures)
        assert runs, "\n\n".join([f"{name} was not run", *self.failures.values()])
        assert set(runs.values()) == {"passed"}, runs


def asked(suites: Sequence[str]) -> list[str]:
    """The names of test functions, read without importing: what they need is in Krita only."""
    return [name for suite in suites for name in _functions(INSIDE / f"{suite}.py")]


def run_inside(
    krita: Editor,
    suites: Sequence[str],
    environment: Mapping[str, str],
    seconds: float = SECONDS,
) -> Outcomes:
    """One start of Krita for all of them."""
    variables = {**environment, "VELATURA_DRIVE_SUITES": " ".join(suites)}
    outcome = krita.drive(RUNNER, variables, seconds=seconds, path=krita.paths())
    outcomes, failures = outcome.notes["outcomes"], outcome.notes["failures"]
    assert isinstance(outcomes, dict)
    assert isinstance(failures, dict)
    return Outcomes(outcomes, failures)


def _functions(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name


def _base(run: str) -> str:
    return run.split("[", 1)[0]
