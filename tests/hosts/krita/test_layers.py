"""Pictures taken apart: real Krita, real backend, and the tiny model that has layers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("diffusers")

from tests.hosts.krita.editor import Editor
from tests.hosts.krita.outcomes import Outcomes, asked, run_inside
from tests.hosts.layered import layered_backend

SUITE = ("layers",)
SECONDS = 1200.0
"""Four jobs by a network without a card."""


@pytest.fixture(scope="session")
def outcomes(running_krita: Editor, shared: Path) -> Callable[[], Outcomes]:
    """Of one start of Krita."""
    name = running_krita.session.root.recipe.name

    @functools.cache
    def run() -> Outcomes:
        with layered_backend(shared / f"{name}-layers") as environment:
            return run_inside(running_krita, SUITE, environment, SECONDS)

    return run


@pytest.mark.host
@pytest.mark.timeout(SECONDS + 600)
@pytest.mark.parametrize("name", asked(SUITE))
def test_layers(outcomes: Callable[[], Outcomes], krita: Editor, name: str) -> None:
    outcomes().expect(name)
