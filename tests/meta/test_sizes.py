"""Functions, files and module-level state stay small enough to read."""

from __future__ import annotations

from statistics import median

import pytest

from tests.meta.shape import file_length, function_lengths, module_state, without_docstring
from tests.meta.sources import PACKAGES, modules, nothing, sample

LONGEST_FUNCTION = 80
LONGEST_FILE = 300


def test_no_function_is_longer_than_a_screen_or_two() -> None:
    long = {
        name: lines
        for module in modules()
        for name, lines in function_lengths(module)
        if lines > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_usual_function_is_short(package: str) -> None:
    own = [module for module in modules() if module.package == package]
    assert median([n for module in own for _, n in function_lengths(module)] or [0]) < 10


def test_no_file_is_too_long() -> None:
    lengths = {str(module.path): file_length(module) for module in modules()}
    long = {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert long == {}


def test_no_state_at_module_level() -> None:
    nothing([breach for module in modules() for breach in module_state(module)])


def test_every_public_module_says_what_it_is_for() -> None:
    nothing(without_docstring(modules()))


def test_lengths_count_neither_blank_lines_nor_decorators() -> None:
    module = sample("@cache\ndef f():\n    a()\n\n    return 1\n\nasync def g(): ...\n")
    assert [length for _, length in function_lengths(module)] == [3, 1]
    assert file_length(module) == 5


@pytest.mark.parametrize(
    "line",
    [
        "cache = {}",
        "seen: set[str] = set()",
        "jobs = collections.deque()",
        "names = [n for n in x]",
        "table: dict[str, int] = dict[str, int]()",
        "def f():\n    global state",
    ],
)
def test_state_is_seen(line: str) -> None:
    assert len(module_state(sample(line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "TABLE = {1: 2}",
        "_NAMES = ['a']",
        "__all__ = ['a']",
        "order: Final = [1]",
        "Alias = dict[str, int]",
        "pair = (1, 2)",
        "class A:\n    fields = []",
    ],
)
def test_constants_are_left_alone(line: str) -> None:
    assert module_state(sample(line)) == []


def test_a_missing_docstring_is_seen() -> None:
    path = "backend/velatura_backend/{}.py".format
    silent = [sample("x = 1", path(name)) for name in ("a", "__init__", "_private")]
    assert without_docstring(silent) == [path("a"), path("__init__")]
    assert without_docstring([sample('"""Why."""\nx = 1'), sample("", path("__init__"))]) == []
