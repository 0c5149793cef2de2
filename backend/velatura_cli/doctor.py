"""``velatura doctor``: what is there, what is wrong, what to do about it."""

from __future__ import annotations

import argparse
import json
import sys

from velatura_backend.config import default_data_directory
from velatura_backend.doctor import as_plain, is_well, report, run_checks

from .exit_codes import ExitCode
from .reporting import write_line


def run_doctor(arguments: argparse.Namespace) -> ExitCode:
    """Status 3 when something is bad; a warning alone is none."""
    checks = run_checks(default_data_directory())
    if arguments.json:
        write_line(sys.stdout, json.dumps(as_plain(checks), indent=1, ensure_ascii=False))
    else:
        write_line(sys.stdout, report(checks))
    return ExitCode.DONE if is_well(checks) else ExitCode.JOB_FAILED
