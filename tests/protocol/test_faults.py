from __future__ import annotations

from enum import Enum

import pytest

from velatura_protocol.errors import ModelDamaged, Unsupported
from velatura_protocol.faults import FAULTS, ModelFault, UnsupportedWhat


@pytest.mark.parametrize("kind", FAULTS)
def test_a_code_is_a_short_text_that_means_one_thing(kind: type[Enum]) -> None:
    values = [each.value for each in kind]
    assert len(values) == len(set(values)) == len(list(kind.__members__))
    assert all(isinstance(each, str) and 0 < len(each) < 40 for each in values)


def test_errors_carry_their_plain_values() -> None:
    error = ModelDamaged(model="m", file="f", reason=ModelFault.HASH)
    assert error.params == {"model": "m", "file": "f", "reason": "hash"}
    assert type(error.params["reason"]) is str
    assert str(Unsupported(what=UnsupportedWhat.PROMPT)) == "unsupported(what=prompt)"
