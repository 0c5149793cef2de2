"""The contract of all hosts, and what is GIMP's own, held by the adapter inside the real one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hosts.counts import INSIDE
from tests.hosts.gimp.windows import GimpWindows

LEAST_TESTS = 85
SECONDS = 400.0


@pytest.mark.host
@pytest.mark.timeout(460)
def test_the_adapter_keeps_the_contract(
    gimp_windows: GimpWindows, record_property: Callable[[str, object], None]
) -> None:
    found = gimp_windows.run_inside("contract", SECONDS)
    record_property(INSIDE, len(found.outcomes))
    told = [f"{name}\n{text}" for name, text in found.failures.items()]
    assert not told, "\n\n".join(told)
    assert set(found.outcomes.values()) == {"passed"}
    assert len(found.outcomes) >= LEAST_TESTS
