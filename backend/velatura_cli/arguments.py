"""The command line's grammar. Operations are offered as far as an installed engine can do them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from velatura_backend.config import Config
from velatura_backend.server.exposure_arguments import add_outside_arguments
from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Operation

from .exit_codes import UsageError
from .model_advice import advice
from .model_arguments import add_model_actions
from .operation_arguments import add_arguments, summary_of
from .values import seconds, whole_number


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse would print the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def available_operations(specs: Sequence[EngineSpec]) -> tuple[Operation, ...]:
    """What engines can do that are no mere checks of the installation, in the order of the
    design."""
    able = {operation for spec in specs if not spec.is_for_checks for operation in spec.operations}
    return tuple(operation for operation in Operation if operation in able)


def build_parser(specs: Sequence[EngineSpec]) -> Parser:
    parser = Parser(
        prog="velatura",
        description="Generative layers for your pictures, on your own machine.",
        epilog=(
            "Exit status: 0 done, 2 usage or bad input, 3 the job failed, 4 no backend or its data "
            "directory is in use, 130 interrupted."
        ),
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for operation in available_operations(specs):
        own = _add_command(commands, operation.value, summary_of(operation))
        add_arguments(own, operation, specs)
    _add_serve(commands)
    _add_jobs(commands)
    _add_models(commands)
    _add_looks(commands)
    _add_command(commands, "version", "print versions")
    return parser


def parse_arguments(argv: Sequence[str], specs: Sequence[EngineSpec]) -> argparse.Namespace:
    """:raises UsageError: with the line to show"""
    command = next((each for each in argv if not each.startswith("-")), "")
    missing = set(Operation) - set(available_operations(specs))
    if command in {operation.value for operation in missing}:
        told = advice(Operation(command))
        raise UsageError(f"no installed engine can {command.replace('_', ' ')}; {told}")
    return build_parser(specs).parse_args(argv)


# -- commands --------------------------------------------------------------------------------------

Commands = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def _add_command(commands: Commands[Parser], name: str, summary: str) -> Parser:
    parser: Parser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    return parser


def _add_serve(commands: Commands[Parser]) -> None:
    parser = _add_command(commands, "serve", "run the backend until it is stopped")
    parser.add_argument(
        "--port", type=whole_number(0, 65535), default=0, metavar="N", help="default: 0, a free one"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=None, metavar="DIR", help="journal, token and results"
    )
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when standard input is closed"
    )
    parser.add_argument(
        "--grace",
        type=seconds,
        default=Config.grace_seconds,
        metavar="SECONDS",
        help="stop after so long without a client and without work (default: 600)",
    )
    parser.add_argument("--stay", action="store_true", help="stay until told to stop")
    parser.add_argument(
        "--model-memory",
        type=whole_number(0, 10_000_000),
        default=0,
        metavar="MB",
        help="the most of the device's memory that models may take (default: 0, all there is)",
    )
    add_outside_arguments(parser)


def _add_looks(commands: Commands[Parser]) -> None:
    for name, summary in (
        ("engines", "list the installed engines"),
        ("doctor", "check this installation and say what to do about what is wrong"),
    ):
        parser = _add_command(commands, name, summary)
        parser.add_argument("--json", action="store_true", help="machine-readable output")
        if name == "doctor":
            parser.add_argument(
                "--report",
                type=Path,
                metavar="FILE",
                help="write versions and the end of the log for a bug report, without prompts, "
                "paths and secrets",
            )


def _add_jobs(commands: Commands[Parser]) -> None:
    parser = _add_command(commands, "jobs", "look at, fetch and clear past jobs")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, summary in (
        ("list", "list jobs, newest first"),
        ("show", "show one job"),
        ("export", "write a job's results into a folder"),
        ("clear", "delete ended jobs with their results"),
    ):
        action = _add_command(actions, name, summary)
        if name in ("show", "export"):
            action.add_argument("job", metavar="JOB", help="its id, or the beginning of it")
        if name == "export":
            action.add_argument("-o", "--output", required=True, type=Path, metavar="DIR")
        if name == "clear":
            action.add_argument("jobs", nargs="*", metavar="JOB", help="default: all that ended")
        action.add_argument("--json", action="store_true", help="machine-readable output")


def _add_models(commands: Commands[Parser]) -> None:
    parser = _add_command(commands, "models", "list, install, import, check and remove models")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_model_actions(lambda name, summary: _add_command(actions, name, summary))
