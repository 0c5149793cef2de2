"""The contract of all hosts, and what is Krita's own, held by the adapter inside the real one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hosts.counts import INSIDE
from tests.hosts.krita.editor import Editor

LEAST_TESTS = 50


@pytest.mark.host
@pytest.mark.timeout(600)
def test_the_adapter_keeps_the_contract(
    krita: Editor, record_property: Callable[[str, object], None]
) -> None:
    outcome = krita.drive("tests.hosts.krita.inside.contract", seconds=540, path=krita.paths())
    failures, outcomes = outcome.notes["failures"], outcome.notes["outcomes"]
    assert isinstance(failures, dict)
    assert isinstance(outcomes, dict)
    record_property(INSIDE, len(outcomes))
    assert not failures, "\n\n".join(f"{name}\n{text}" for name, text in failures.items())
    assert set(outcomes.values()) == {"passed"}
    assert len(outcomes) >= LEAST_TESTS
