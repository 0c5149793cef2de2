"""Fixtures and counts for tests in real editors.

``--krita 5,6`` names the Kritas to test in: 5.2 of trixie, 6.0 of experimental. With
``VELATURA_REQUIRE_HOSTS=1`` roots are built where they are missing, and a test that is skipped has
failed; without it tests whose root is not there are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests.hosts.counts import Counts
from tests.hosts.root.build import Root, ensure_root, found_root, may_enter
from tests.hosts.root.recipes import EXPERIMENTAL, TRIXIE, Recipe
from tests.hosts.root.scratch import scratch_folder

REQUIRED = "VELATURA_REQUIRE_HOSTS"
KRITAS = {"5": TRIXIE, "6": EXPERIMENTAL}
_COUNTS: pytest.StashKey[Counts] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--krita", default="5", help="major versions, such as 5 or 5,6")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_COUNTS] = Counts()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for Krita, however indirectly, once for each that was asked for."""
    if "krita_recipe" in metafunc.fixturenames:
        majors = str(metafunc.config.getoption("--krita")).split(",")
        recipes = [KRITAS[each] for each in majors]
        names = [f"krita{each}" for each in majors]
        metafunc.parametrize("krita_recipe", recipes, ids=names, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        call = getattr(item, "callspec", None)
        recipe = call.params.get("krita_recipe") if call is not None else None
        limit = item.get_closest_marker("timeout")
        if isinstance(recipe, Recipe) and limit is not None and recipe.patience != 1.0:
            longer = pytest.mark.timeout(limit.args[0] * recipe.patience)
            item.add_marker(longer, append=False)


def required() -> bool:
    return os.environ.get(REQUIRED) == "1"


@pytest.fixture(scope="session")
def open_root() -> Callable[[Recipe], Root]:
    """The root of a recipe, or the test is skipped."""

    def opened(recipe: Recipe) -> Root:
        if required():
            return ensure_root(recipe, print)
        root = found_root(recipe)
        if root is None:
            pytest.skip(f"no root: `python -m tests.hosts.root build {recipe.name}` makes it")
        if not may_enter():
            pytest.skip("only the user root may enter a root")
        return root

    return opened


@pytest.fixture(scope="session")
def shared() -> Iterator[Path]:
    """A folder that is the same inside the root; what runs there is to reach lies in it."""
    with scratch_folder() as folder:
        yield folder


# -- counts ----------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if required() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"hosts are required, but this was skipped: {report.longrepr}"
    item.config.stash[_COUNTS].add(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if required() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"hosts are required, but this was skipped: {report.longrepr}"
    return report


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash[_COUNTS].lines():
        terminalreporter.write_line(line)
