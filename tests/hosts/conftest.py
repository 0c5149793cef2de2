"""Fixtures and counts for tests in real editors.

``--krita 5,6`` names the Kritas to test in: 5.2 of trixie, 6.0 of experimental; ``--gimp 3.0,3.2``
the GIMPs: 3.0 of trixie, 3.2 of forky. With
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
from tests.hosts.root.recipes import EXPERIMENTAL, FORKY, TRIXIE, Recipe
from tests.hosts.root.scratch import scratch_folder

REQUIRED = "VELATURA_REQUIRE_HOSTS"
KRITAS = {"5": TRIXIE, "6": EXPERIMENTAL}
GIMPS = {"3.0": TRIXIE, "3.2": FORKY}
_COUNTS: pytest.StashKey[Counts] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--krita", default="5", help="major versions, such as 5 or 5,6")
    parser.addoption("--gimp", default="3.0", help="versions, such as 3.0 or 3.0,3.2")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_COUNTS] = Counts()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for an editor, however indirectly, once for each that was asked for."""
    for editor, known in (("krita", KRITAS), ("gimp", GIMPS)):
        if f"{editor}_recipe" in metafunc.fixturenames:
            versions = str(metafunc.config.getoption(f"--{editor}")).split(",")
            recipes = [known[each] for each in versions]
            names = [f"{editor}{each}" for each in versions]
            metafunc.parametrize(f"{editor}_recipe", recipes, ids=names, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        call = getattr(item, "callspec", None)
        recipes = call.params.values() if call is not None else ()
        recipe = next((each for each in recipes if isinstance(each, Recipe)), None)
        limit = item.get_closest_marker("timeout")
        if recipe is not None and limit is not None and recipe.patience != 1.0:
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
