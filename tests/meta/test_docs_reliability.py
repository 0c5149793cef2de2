"""``docs/reliability.md`` names tests: each of them is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.meta.sources import ROOT, nothing

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

_NAMED = re.compile(r"`(tests/[\w/.]+?\.py|…)(?:::(\w+))?`")
_LINKED = re.compile(r"\]\(\.\./(tests/[\w/.]+)\)")


def named(page: str) -> list[tuple[str, str]]:
    """Files and tests in them, the test empty where the whole file is meant; ``…`` is the file
    named before."""
    found: list[tuple[str, str]] = []
    for path, test in _NAMED.findall(page):
        found.append((found[-1][0] if path == "…" else path, test))
    return found + [(path, "") for path in _LINKED.findall(page)]


def test_every_test_it_names_is_there() -> None:
    nothing([f"{path}::{test}" for path, test in named(PAGE) if not _is_there(path, test)])


def test_every_promise_has_a_test() -> None:
    nothing([row for row in _promises(PAGE) if not re.search(r"`tests/|`…|\*|the same", row)])


def test_there_are_promises() -> None:
    assert len(list(_promises(PAGE))) > 30
    assert len(named(PAGE)) > 50


@pytest.mark.parametrize(
    ("path", "test", "there"),
    [
        ("tests/meta/test_docs_reliability.py", "test_there_are_promises", True),
        ("tests/meta/test_docs_reliability.py", "", True),
        ("tests/meta/test_docs_reliability.py", "test_that_nobody_has_written", False),
        ("tests/meta/test_that_is_not_there.py", "", False),
    ],
)
def test_what_is_missing_is_found(path: str, test: str, there: bool) -> None:
    assert _is_there(path, test) == there


def _is_there(path: str, test: str) -> bool:
    return (ROOT / path).is_file() and (not test or test in _tests(path))


@cache
def _tests(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, functions))


def _promises(page: str) -> Iterator[str]:
    """Rows of the tables that say which test holds what."""
    for table in page.split("| promise | test |\n")[1:]:
        for line in table.splitlines()[1:]:
            if not line.startswith("|"):
                break
            yield line
