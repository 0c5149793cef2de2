"""Import arrows, and which line may live where."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.meta.rules import (
    arrow_breaches,
    broad_handlers,
    foreign_breaches,
    room_breaches,
)
from tests.meta.sources import PACKAGES, modules, nothing, sample

_BACKEND = "backend/velatura_backend"
_PLUGIN = "plugin/velatura_plugin"

BROAD_HANDLERS: dict[str, str] = {
    "backend/velatura_cli/dispatch.py::run": "a user sees one line, the report has the traceback",
    f"{_BACKEND}/jobs/dispatcher.py::Dispatcher._run": "a device's queue outlives one job's bug",
    f"{_BACKEND}/executors/worker/flow.py::Worker.run": "every order ends with one event",
    f"{_BACKEND}/executors/worker/flow.py::_variations": "the other variations go on",
    f"{_BACKEND}/executors/worker_process.py::_warm_up": "a cold worker still works",
    f"{_BACKEND}/journal/journal.py::Journal._outcome": "whoever asked hears, the others go on",
    f"{_BACKEND}/journal/thread.py::JournalThread._run_group": "whoever asked hears of it",
    f"{_BACKEND}/jobs/runner.py::Run._follow": "the executor is heard out, its worker is free then",
    f"{_BACKEND}/jobs/runner.py::Run._work": "every job ends with one event",
    f"{_BACKEND}/server/server.py::Server._talk": "the server outlives one connection's bug",
    f"{_PLUGIN}/client/client.py::Client._keep_connected": "the panel hears how each ends",
    f"{_PLUGIN}/controller.py::Controller._take_events": "an editor's bug costs one event, not all",
    f"{_PLUGIN}/ui/guard.py::returning.decorate.run": "what leaves a slot stops the editor",
}
"""``path::function`` → why this outermost loop must survive any error."""

_HEAVY = ("numpy", "scipy", "numba", "llvmlite", "torch", "pyvips", "imagecodecs", "PIL")


def test_every_package_is_looked_at() -> None:
    assert {module.package for module in modules()} == set(PACKAGES)


def test_arrows() -> None:
    nothing(arrow_breaches(modules()))


def test_dependencies_of_others() -> None:
    nothing(foreign_breaches(modules()))


def test_rooms() -> None:
    nothing(room_breaches(modules()))


def test_broad_handlers_are_the_listed_ones() -> None:
    nothing(sorted(set(broad_handlers(modules())) ^ BROAD_HANDLERS.keys()))


@pytest.mark.parametrize("name", ["velatura_backend.server.server", "velatura_backend.app"])
def test_the_server_process_loads_no_heavy_library(name: str) -> None:
    script = f"import json, sys, {name}; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE)
    loaded = {module.split(".")[0] for module in json.loads(output.stdout)}
    assert loaded.isdisjoint(_HEAVY)
    assert name.split(".")[0] in loaded


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("protocol/velatura_protocol/a.py", "import velatura_backend.engines"),
        ("plugin/velatura_plugin/a.py", "def f():\n    from velatura_backend import jobs"),
        ("backend/velatura_backend/a.py", "from velatura_plugin.controller import Controller"),
        ("backend/velatura_cli/a.py", "from tests.support import picture"),
        ("installer/a.py", "from velatura_protocol import geometry"),
    ],
)
def test_a_wrong_arrow_is_seen(path: str, line: str) -> None:
    assert len(arrow_breaches([sample(line, path)])) == 1


def test_a_relative_import_is_resolved() -> None:
    inner = sample("from ..b import c\nfrom . import d", "backend/velatura_backend/imaging/a.py")
    assert [name for name, _ in inner.imports()] == [
        "velatura_backend.b.c",
        "velatura_backend.imaging.d",
    ]
    package = sample("from .b import c", "backend/velatura_backend/imaging/__init__.py")
    assert [name for name, _ in package.imports()] == ["velatura_backend.imaging.b.c"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("protocol/velatura_protocol/a.py", "import numpy"),
        ("plugin/velatura_plugin/a.py", "import platformdirs"),
        ("installer/a.py", "import requests"),
    ],
)
def test_a_foreign_import_is_seen(path: str, line: str) -> None:
    assert len(foreign_breaches([sample(line, path)])) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("backend/velatura_backend/engines/builtin/a.py", "import torch"),
        ("backend/velatura_backend/imaging/a.py", "import numba"),
        ("backend/velatura_backend/journal/journal.py", "import numpy as np"),
        ("backend/velatura_backend/executors/local.py", "from numpy.typing import NDArray"),
        ("backend/velatura_backend/jobs/states.py", "from websockets.asyncio.server import serve"),
        ("plugin/velatura_plugin/client/client.py", "import msgpack"),
        ("plugin/velatura_plugin/controller.py", "import subprocess"),
        ("plugin/velatura_plugin/ui/gtk/a.py", "from PyQt6 import QtCore"),
        ("plugin/velatura_plugin/ui/qt/a.py", "import gi"),
        ("backend/velatura_backend/jobs/scheduler.py", "import os\nx = os.environ.get('A')"),
        ("backend/velatura_cli/commands.py", "from sys import argv"),
    ],
)
def test_a_line_in_the_wrong_room_is_seen(path: str, line: str) -> None:
    assert len(room_breaches([sample(line, path)])) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("backend/velatura_backend/engines/builtin/deep/a.py", "import numba, numpy"),
        ("backend/velatura_backend/imaging/a.py", "import pyvips"),
        ("plugin/velatura_plugin/launcher/launcher.py", "import subprocess"),
        ("backend/velatura_backend/a.py", "import numbers, krita_names"),
    ],
)
def test_a_line_in_its_room_is_left_alone(path: str, line: str) -> None:
    assert room_breaches([sample(line, path)]) == []


@pytest.mark.parametrize("caught", ["", " Exception", " BaseException", " (ValueError, Exception)"])
def test_a_broad_handler_is_seen(caught: str) -> None:
    text = f"class A:\n  def f(self):\n    try:\n      g()\n    except{caught}:\n      pass"
    assert broad_handlers([sample(text)]) == ["backend/velatura_backend/sample.py::A.f"]


@pytest.mark.parametrize(
    "handler", ["(ValueError, OSError):\n pass", "BaseException:\n h()\n raise"]
)
def test_a_handler_that_keeps_no_bug_is_left_alone(handler: str) -> None:
    assert broad_handlers([sample(f"try:\n g()\nexcept {handler}")]) == []
