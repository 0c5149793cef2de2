from __future__ import annotations

import pytest

from velatura_protocol.errors import (
    BadInput,
    BadMessage,
    ErrorCode,
    JobFailed,
    NoSource,
    VelaturaError,
    error_from_code,
)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_is_one_exception(code):
    error = error_from_code(code, {"what": "x"})
    assert error.code is code
    assert error.params == {"what": "x"}


def test_errors_say_their_code_and_parameters():
    assert str(BadMessage(reason="missing", at="$.job")) == (
        "bad_message(reason=missing, at=$.job)"
    )
    assert str(NoSource()) == "no_source"


def test_families():
    assert isinstance(error_from_code(ErrorCode.NO_SOURCE, {}), JobFailed)
    assert isinstance(error_from_code(ErrorCode.BAD_MESSAGE, {}), BadInput)
    assert issubclass(JobFailed, VelaturaError)
