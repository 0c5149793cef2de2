from __future__ import annotations

import errno
import logging

import pytest

from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.worker.failures import as_error, is_hopeless
from velatura_protocol.errors import (
    BadTask,
    DiskFull,
    EngineError,
    NoSource,
    OutOfMemory,
    VelaturaError,
)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NoSource(), NoSource),
        (MemoryError(), OutOfMemory),
        (OSError(errno.ENOSPC, "full"), DiskFull),
        (OSError(errno.EIO, "broken"), EngineError),
        (KeyError("x"), EngineError),
    ],
)
def test_every_exception_has_its_word(error: Exception, kind: type[VelaturaError]) -> None:
    assert type(as_error(error, ECHO)) is kind


def test_the_wire_has_the_kind_and_the_log_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "velatura"):
        found = as_error(ZeroDivisionError("/home/somebody/secret"), ECHO)
    assert found.params == {"engine": "echo", "kind": "ZeroDivisionError"}
    assert "/home/somebody/secret" in caplog.text


def test_what_another_seed_cannot_mend() -> None:
    assert is_hopeless(NoSource())
    assert is_hopeless(BadTask(field="inputs", reason="x"))
    assert not is_hopeless(OutOfMemory(device="cpu"))
