from __future__ import annotations

import pytest

from velatura_cli.exit_codes import ExitCode, exit_code_for
from velatura_protocol.errors import (
    BackendUnavailable,
    Cancelled,
    DataDirectoryInUse,
    DiskFull,
    MaskMismatch,
    NoSource,
    NothingSelected,
    TooLarge,
    Unauthorised,
    UnreadableFile,
    Unsupported,
    UnwritableFile,
    VelaturaError,
    WorkerLost,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnreadableFile(reason="x"), ExitCode.BAD_INPUT),
        (UnwritableFile(reason="x"), ExitCode.BAD_INPUT),
        (MaskMismatch(), ExitCode.BAD_INPUT),
        (NothingSelected(), ExitCode.BAD_INPUT),
        (TooLarge(), ExitCode.BAD_INPUT),
        (Unsupported(), ExitCode.BAD_INPUT),
        (NoSource(), ExitCode.JOB_FAILED),
        (DiskFull(), ExitCode.JOB_FAILED),
        (WorkerLost(), ExitCode.JOB_FAILED),
        (BackendUnavailable(), ExitCode.NO_BACKEND),
        (DataDirectoryInUse(), ExitCode.NO_BACKEND),
        (Unauthorised(), ExitCode.NO_BACKEND),
        (Cancelled(), ExitCode.INTERRUPTED),
    ],
)
def test_statuses_are_those_of_the_contract(error: VelaturaError, code: ExitCode) -> None:
    assert exit_code_for(error) is code


def test_numbers() -> None:
    assert [int(each) for each in ExitCode] == [0, 2, 3, 4, 130]
