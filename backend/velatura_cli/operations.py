"""The command of an operation: its pictures one after another, one exit status for them all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version

from velatura_protocol.errors import BadInput, Cancelled, JobFailed, VelaturaError

from .connecting import connect, silence
from .exit_codes import ExitCode, exit_code_for
from .files_host import FilesHost
from .interruption import Interruption
from .link import Link
from .loop import MainLoop
from .operate import OperationRun, Outcome
from .options import OperationCommand, operation_command
from .outputs import Assignment, assign_outputs
from .reporting import Reporter, make_reporter, write_error
from .wording import error_line


def run_operation(arguments: argparse.Namespace) -> ExitCode:
    """:raises UsageError: before anything is done"""
    command = operation_command(arguments)
    assignments = assign_outputs(command)
    reporter = make_reporter(json_events=command.options.json)
    code = ExitCode.DONE
    for outcome in run_batch(command, assignments, reporter):
        if outcome.error is not None:
            code = max(code, exit_code_for(outcome.error))
            write_error(outcome.line)
    return code


def run_batch(
    command: OperationCommand, assignments: Sequence[Assignment], reporter: Reporter
) -> Iterator[Outcome]:
    """What became of each picture, in order, as it is known. One picture's failure does not keep
    the others from being made; an interrupt or a missing backend does.

    :raises UsageError: before anything is done
    """
    loop = MainLoop()
    host = FilesHost(f"files/{version('velatura')}", loop.post)
    with Interruption(loop.wake) as interruption:
        link = Link(loop, interruption, lambda: connect(host), silence)
        run = OperationRun(command, host, link, reporter)
        run.check(assignments)
        try:
            for assignment in assignments:
                outcome = _attempt(run, assignment, command)
                _report(reporter, outcome)
                yield outcome
                if not isinstance(outcome.error, BadInput | JobFailed | None):
                    return
        finally:
            link.close()


def _attempt(run: OperationRun, assignment: Assignment, command: OperationCommand) -> Outcome:
    try:
        outcome = run.process(assignment)
    except VelaturaError as error:
        outcome = Outcome((), error)
    if outcome.error is None:
        return outcome
    return replace(outcome, line=_line(assignment, outcome.error, command))


def _line(assignment: Assignment, error: VelaturaError, command: OperationCommand) -> str:
    """The sentence, after the name of the file it is about, where it is about one."""
    if isinstance(error, Cancelled):
        return "interrupted; the job was stopped"
    words = error_line(error, mask_from_alpha=command.mask_from_alpha)
    if isinstance(error, BadInput | JobFailed):
        return f"{error.params.get('file', assignment.label)}: {words}"
    return words


def _report(reporter: Reporter, outcome: Outcome) -> None:
    error = outcome.error
    if error is None:
        reporter.done(outcome.files)
    elif isinstance(error, Cancelled):
        reporter.cancelled(str(error.params.get("phase", "")))
    else:
        reporter.failed(error.code.value, outcome.line, outcome.files)
