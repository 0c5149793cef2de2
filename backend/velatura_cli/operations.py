"""The command of an operation: its pictures one after another, one exit status for them all."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version

from velatura_protocol.errors import BadInput, Cancelled, JobFailed, VelaturaError

from .connecting import connect
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
    loop = MainLoop()
    host = FilesHost(f"files/{version('velatura')}", loop.post)
    reporter = make_reporter(json_events=command.options.json)
    with Interruption(loop.wake) as interruption:
        link = Link(loop, interruption, lambda: connect(host))
        run = OperationRun(command, host, link, reporter)
        try:
            return _Batch(command, run, reporter).process(assignments)
        finally:
            link.close()


class _Batch:
    """One picture's failure does not keep the others from being made; a missing backend does."""

    def __init__(self, command: OperationCommand, run: OperationRun, reporter: Reporter) -> None:
        self._command = command
        self._run = run
        self._reporter = reporter

    def process(self, assignments: Sequence[Assignment]) -> ExitCode:
        code = ExitCode.DONE
        for assignment in assignments:
            outcome = self._attempt(assignment)
            error = outcome.error
            if error is None:
                self._reporter.done(outcome.files)
                continue
            self._tell(assignment, outcome, error)
            code = max(code, exit_code_for(error))
            if not isinstance(error, BadInput | JobFailed):
                break
        return code

    def _attempt(self, assignment: Assignment) -> Outcome:
        try:
            return self._run.process(assignment)
        except VelaturaError as error:
            return Outcome((), error)

    def _tell(self, assignment: Assignment, outcome: Outcome, error: VelaturaError) -> None:
        alpha = self._command.mask_from_alpha
        if isinstance(error, Cancelled):
            self._reporter.cancelled(str(error.params.get("phase", "")))
            write_error("interrupted; the job was stopped and nothing was written")
            return
        line = f"{_subject(assignment, error)}{error_line(error, mask_from_alpha=alpha)}"
        self._reporter.failed(error.code.value, line, outcome.files)
        write_error(line)


def _subject(assignment: Assignment, error: VelaturaError) -> str:
    """The file that an error is about; none where it is about the backend."""
    if isinstance(error, BadInput | JobFailed):
        return f"{error.params.get('file', assignment.label)}: "
    return ""
