"""``velatura doctor``: what is there, what is wrong, what to do about it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from velatura_backend.config import default_data_directory
from velatura_backend.doctor.bug_report import write_report
from velatura_backend.doctor.doctor import Check, as_plain, is_well, report, run_checks
from velatura_protocol.errors import UnwritableFile

from .exit_codes import ExitCode
from .reporting import write_line


def run_doctor(arguments: argparse.Namespace) -> ExitCode:
    """Status 3 when something is bad; a warning alone is none."""
    directory = default_data_directory()
    checks = run_checks(directory)
    if arguments.report is not None:
        return _report(directory, checks, arguments.report)
    if arguments.json:
        write_line(sys.stdout, json.dumps(as_plain(checks), indent=1, ensure_ascii=False))
    else:
        write_line(sys.stdout, report(checks))
    return ExitCode.DONE if is_well(checks) else ExitCode.JOB_FAILED


def _report(directory: Path, checks: Sequence[Check], target: Path) -> ExitCode:
    """:raises UnwritableFile: it cannot be written there"""
    try:
        write_report(directory, checks, target)
    except OSError as error:
        raise UnwritableFile(reason=error.strerror or "unknown", file=str(target)) from error
    write_line(sys.stdout, f"{target}: written. Read it before you send it to anybody.")
    return ExitCode.DONE if is_well(checks) else ExitCode.JOB_FAILED
