"""Pictures and layers of every kind GIMP knows, captured and added to inside of the real one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hosts.counts import INSIDE
from tests.hosts.gimp.windows import GimpWindows

SUITES = {"layers": 20, "masks": 9, "looks": 14, "precisions": 45}
"""How many tests each has at least."""
SECONDS = 240.0


@pytest.mark.host
@pytest.mark.timeout(300)
@pytest.mark.parametrize("suite", SUITES)
def test_each_kind(
    gimp_windows: GimpWindows, record_property: Callable[[str, object], None], suite: str
) -> None:
    found = gimp_windows.run_inside(suite, SECONDS)
    record_property(INSIDE, len(found.outcomes))
    told = [f"{name}\n{text}" for name, text in found.failures.items()]
    assert not told, "\n\n".join(told)
    assert set(found.outcomes.values()) <= {"passed", "skipped"}
    assert list(found.outcomes.values()).count("passed") >= SUITES[suite]
