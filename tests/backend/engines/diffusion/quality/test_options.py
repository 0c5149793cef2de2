from __future__ import annotations

import numpy as np
import pytest

from velatura_backend.engines.base import EngineTask
from velatura_backend.engines.diffusion.quality.options import (
    ContextKind,
    QualityOptions,
    options_of,
)
from velatura_backend.engines.diffusion.quality.parameters import QUALITY_PARAMETERS
from velatura_protocol.parameters import ParameterValue
from velatura_protocol.tasks import Intent, Operation


def task(**parameters: ParameterValue) -> EngineTask:
    image, mask = np.zeros((2, 2, 4), np.float32), np.ones((2, 2), np.float32)
    return EngineTask(Operation.FILL, Intent.FILL, image, mask, 0, parameters=parameters)


def test_the_parameters_defaults_are_the_options_own():
    assert options_of(task()) == QualityOptions()


def test_parameters_fit_their_own_schema_and_say_what_they_do():
    for parameter in QUALITY_PARAMETERS:
        assert parameter.check(parameter.default) is None
        assert parameter.help
    assert len({each.id for each in QUALITY_PARAMETERS}) == len(QUALITY_PARAMETERS)


def test_what_is_sent_is_taken():
    options = options_of(task(context="selection", feather=5, largest_pass=2.5, grow=9))
    assert options.context is ContextKind.SELECTION
    assert options.feather == 0.05
    assert options.largest_pass == 2_500_000
    assert options.grow == 9


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError):
        options_of(task(feather="soft"))
