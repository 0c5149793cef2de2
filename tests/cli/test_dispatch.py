from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from velatura_backend.engines import registry
from velatura_cli.dispatch import run
from velatura_protocol.errors import BackendUnavailable


def raising(error: BaseException) -> Callable[[], None]:
    def specs() -> None:
        raise error

    return specs


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 3, "not enough memory"),
        (BackendUnavailable(reason="x"), 4, "engine"),
    ],
)
def test_every_end_is_a_line_and_a_status(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    words: str,
) -> None:
    monkeypatch.setattr(registry, "specs", raising(error))
    assert run(["engines"]) == status
    assert words in capfd.readouterr().err


def test_usage(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["fly"]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_serve_loads_no_library_of_pictures() -> None:
    script = (
        "import sys, velatura_cli.dispatch, velatura_cli.serving\n"
        "print(sorted({'numpy', 'scipy', 'numba', 'pyvips', 'PIL'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
