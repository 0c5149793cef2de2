"""``velatura version``."""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.metadata import version

from velatura_protocol.messages import PROTOCOL

from .exit_codes import ExitCode
from .reporting import write_line


def run_version(arguments: argparse.Namespace) -> ExitCode:
    write_line(
        sys.stdout,
        f"velatura {version('velatura')} (protocol {PROTOCOL}, Python {platform.python_version()})",
    )
    return ExitCode.DONE
