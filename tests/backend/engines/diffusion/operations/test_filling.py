from __future__ import annotations

import pytest

from velatura_backend.engines.diffusion.operations.filling import Manner


@pytest.mark.parametrize(
    ("manner", "replaces"),
    [(Manner(1.0), True), (Manner(0.99), False), (Manner(1.0, instruction=True), False)],
)
def test_only_what_is_painted_wholly_anew_needs_a_prefill(manner: Manner, replaces: bool):
    assert manner.replaces == replaces
