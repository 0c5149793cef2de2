"""What a command's exit status says; ``docs/cli.md`` is the same table in words."""

from __future__ import annotations

from enum import IntEnum

from velatura_protocol.errors import (
    BackendUnavailable,
    BadInput,
    Cancelled,
    DataDirectoryInUse,
    Refused,
    VelaturaError,
)


class ExitCode(IntEnum):
    DONE = 0
    BAD_INPUT = 2
    JOB_FAILED = 3
    NO_BACKEND = 4
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line contradicts itself or asks for what is not there; the text is the line that
    is shown. Never leaves this package."""


def exit_code_for(error: VelaturaError) -> ExitCode:
    """The status a command ends with after ``error``."""
    if isinstance(error, BadInput):
        return ExitCode.BAD_INPUT
    if isinstance(error, BackendUnavailable | DataDirectoryInUse | Refused):
        return ExitCode.NO_BACKEND
    if isinstance(error, Cancelled):
        return ExitCode.INTERRUPTED
    return ExitCode.JOB_FAILED
