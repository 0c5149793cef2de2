from __future__ import annotations

import pytest

from velatura_plugin.ui.form.seeds import NEW, seed_digits, seed_of
from velatura_protocol.parameters import ParameterValue


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("42", "42"), ("4x2", "42"), ("", ""), ("-7", "7"), ("42949672999", "429496729"), ("x", "")],
)
def test_what_is_typed(typed: str, digits: str) -> None:
    assert seed_digits(typed, 2**32 - 1) == digits


@pytest.mark.parametrize(("value", "seed"), [(7, 7), (7.0, 7), (-1, NEW), ("7", NEW)])
def test_values(value: ParameterValue, seed: int) -> None:
    assert seed_of(value) == seed
