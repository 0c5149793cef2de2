"""Runs inside of Krita: what ``bootstrap.py`` has taken down by the time a window is there."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any


def main(driver: Any) -> Iterator[object]:
    taken = importlib.import_module("velatura")
    expected = {"import", "setup", "make", "start", taken.APART}
    yield lambda: expected <= {name for name, *_ in taken.STEPS}
    yield 500
    driver.note("steps", taken.STEPS)
    driver.note("apart", taken.APART)
    driver.note("memory", taken.MEMORY)
