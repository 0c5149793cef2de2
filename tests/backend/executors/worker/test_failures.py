from __future__ import annotations

import errno
import logging
from dataclasses import replace

import pytest

from velatura_backend.doctor.scrubbing import written_in
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
from velatura_protocol.geometry import Size
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Canvas, Operation, Task

TASK = Task(Operation.GENERATE, Canvas(Size(1, 1), MASK_FORMAT))


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


def test_a_library_that_quotes_the_prompt_does_not_get_it_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    prompt = "a red velvet sleeve"
    texts = written_in(replace(TASK, prompt=prompt, avoid="buttons, all of them"))
    words = f"cannot encode {prompt!r}, nor A RED VELVET SLEEVE without buttons, all of them"
    with caplog.at_level(logging.ERROR, "velatura"):
        try:
            raise ValueError(words)
        except ValueError as error:
            as_error(error, ECHO, texts)
    assert "ValueError: cannot encode" in caplog.text
    assert "test_failures.py" in caplog.text
    for private in ("velvet", "VELVET", "buttons"):
        assert private not in caplog.text.partition("ValueError:")[2]
