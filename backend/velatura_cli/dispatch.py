"""From the command line to a command, and from its errors to one line and a status."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from velatura_protocol.errors import VelaturaError

from .arguments import parse_arguments
from .crash import crash_line
from .exit_codes import ExitCode, UsageError, exit_code_for
from .installed import installed_engines
from .reporting import write_error
from .wording import error_line


def run(argv: Sequence[str]) -> ExitCode:
    """The command's exit status."""
    try:
        return _dispatch(parse_arguments(argv, installed_engines()))
    except UsageError as error:
        write_error(str(error))
        return ExitCode.BAD_INPUT
    except VelaturaError as error:
        write_error(error_line(error))
        return exit_code_for(error)
    except KeyboardInterrupt:
        write_error("interrupted")
        return ExitCode.INTERRUPTED
    except MemoryError:
        write_error("not enough memory; close other programs or take a smaller picture")
        return ExitCode.JOB_FAILED
    except Exception as error:
        write_error(crash_line(error))
        return ExitCode.JOB_FAILED


def _dispatch(arguments: argparse.Namespace) -> ExitCode:
    """Each command's module is imported with it: ``serve`` must not load what pictures need."""
    match arguments.command:
        case "serve":
            from .serving import run_serve as command
        case "engines":
            from .engines import run_engines as command
        case "jobs":
            from .jobs import run_jobs as command
        case "models":
            from .models import run_models as command
        case "doctor":
            from .doctor import run_doctor as command
        case "version":
            from .versions import run_version as command
        case _:
            from .operations import run_operation as command
    return command(arguments)
