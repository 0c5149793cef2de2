from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.builtin.values import flag, number, text
from velatura_backend.engines.specs import FILL
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation


def task(**parameters: ParameterValue) -> EngineTask:
    image, mask = np.zeros((1, 1, 4), np.float32), np.ones((1, 1), np.float32)
    return EngineTask(Operation.FILL, Intent.REMOVE, image, mask, seed=0, parameters=parameters)


def test_what_was_sent() -> None:
    assert number(task(locality=0.25), FILL, "locality") == 0.25
    assert number(task(locality=1), FILL, "locality") == 1.0
    assert flag(task(locality=0), FILL, "locality") is False
    assert text(task(locality="x"), FILL, "locality") == "x"


def test_the_default_where_nothing_was_sent() -> None:
    parameter = FILL.parameter("locality")
    assert parameter is not None
    assert number(task(), FILL, "locality") == parameter.default


def test_another_kind_of_value() -> None:
    with pytest.raises(TypeError, match=r"builtin_fill\.locality is not a number"):
        number(task(locality="near"), FILL, "locality")


def test_an_unknown_parameter() -> None:
    with pytest.raises(KeyError, match="has no parameter colour"):
        number(task(colour=1), FILL, "colour")
