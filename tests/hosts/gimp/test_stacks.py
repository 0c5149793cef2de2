"""Pictures taken apart: real GIMP, real backend, and the tiny model that has layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("diffusers")

from tests.hosts.counts import INSIDE
from tests.hosts.gimp.windows import GimpWindows
from tests.hosts.layered import layered_backend

SECONDS = 1200.0
"""Six jobs by a network without a card."""
TESTS = 5


@pytest.mark.host
@pytest.mark.timeout(SECONDS + 600)
def test_layers_are_a_group(
    gimp_windows: GimpWindows,
    shared: Path,
    record_property: Callable[[str, object], None],
) -> None:
    name = gimp_windows.session.root.recipe.name
    with layered_backend(shared / f"gimp-{name}-layers") as environment:
        found = gimp_windows.run_inside("stacks", SECONDS, environment=environment)
    record_property(INSIDE, len(found.outcomes))
    told = [f"{name}\n{text}" for name, text in found.failures.items()]
    assert not told, "\n\n".join(told)
    assert list(found.outcomes.values()) == ["passed"] * TESTS
