"""The command line's grammar. Operations are offered as far as an installed engine can do them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from velatura_backend.config import Config
from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Edge, Intent, Operation

from .exit_codes import UsageError
from .extending import ANCHORS, anchor, aspect, sides
from .values import edge, input_role, intent_among, key_value, scale, seconds, size, whole_number

ECHO_ENGINE = "echo"
"""For checking an installation: can be named with ``--engine``, makes no operation available."""

_SUMMARIES = {
    Operation.FILL: "fill or remove what a mask covers",
    Operation.RESTYLE: "give a picture the look of another one",
    Operation.UPSCALE: "make a picture larger",
    Operation.VARY: "make variations of a picture",
    Operation.TILE: "make a picture repeat without seams",
    Operation.RETARGET: "change a picture's shape without squeezing what is in it",
    Operation.GENERATE: "make a picture from a description",
    Operation.RESTORE: "take noise, scratches and compression traces away",
    Operation.RECOLOUR: "change a picture's colours",
    Operation.CUT_OUT: "make everything but the subject transparent",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse would print the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def available_operations(specs: Sequence[EngineSpec]) -> tuple[Operation, ...]:
    """The operations that an engine other than echo can do, in the order of the design."""
    able = {operation for spec in specs if spec.id != ECHO_ENGINE for operation in spec.operations}
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
        _add_operation(commands, operation, specs)
    _add_serve(commands)
    _add_jobs(commands)
    for name, summary in (
        ("engines", "list the installed engines"),
        ("doctor", "check this installation and say what to do about what is wrong"),
    ):
        _add_command(commands, name, summary).add_argument(
            "--json", action="store_true", help="machine-readable output"
        )
    _add_command(commands, "version", "print versions")
    return parser


def parse_arguments(argv: Sequence[str], specs: Sequence[EngineSpec]) -> argparse.Namespace:
    """:raises UsageError: with the line to show"""
    command = next((each for each in argv if not each.startswith("-")), "")
    missing = set(Operation) - set(available_operations(specs))
    if command in {operation.value for operation in missing}:
        raise UsageError(
            f"no installed engine can {command.replace('_', ' ')}; "
            "velatura engines lists what there is"
        )
    return build_parser(specs).parse_args(argv)


# -- commands --------------------------------------------------------------------------------------

Commands = argparse._SubParsersAction  # pyright: ignore[reportPrivateUsage]


def _add_command(commands: Commands[Parser], name: str, summary: str) -> Parser:
    parser: Parser = commands.add_parser(
        name, help=summary, description=summary[0].upper() + summary[1:] + "."
    )
    return parser


def _add_operation(
    commands: Commands[Parser], operation: Operation, specs: Sequence[EngineSpec]
) -> None:
    parser = _add_command(commands, operation.value, _SUMMARIES[operation])
    if operation is not Operation.GENERATE:
        parser.add_argument(
            "images", nargs="+", type=Path, metavar="IMAGE", help="PNG, TIFF, JPEG or WebP"
        )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="OUT|DIR",
        help="file to write, or folder (needed for several pictures); written whole or not at all",
    )
    _add_specific(parser, operation, specs)
    _add_common(parser)


def _add_specific(parser: Parser, operation: Operation, specs: Sequence[EngineSpec]) -> None:
    if operation is Operation.FILL:
        _add_fill(parser, specs)
    if operation is Operation.RESTYLE:
        parser.add_argument("--style", required=True, metavar="IMAGE2", help="the look to take")
    if operation is Operation.UPSCALE:
        parser.add_argument("--scale", required=True, type=scale, metavar="F", help="how much")
    if operation in (Operation.RETARGET, Operation.GENERATE):
        parser.add_argument(
            "--size", required=True, type=size, metavar="WxH", help="size in pixels"
        )
    if operation in (Operation.FILL, Operation.RESTYLE, Operation.GENERATE):
        parser.add_argument(
            "--prompt",
            default="",
            required=operation is Operation.GENERATE,
            metavar="TEXT",
            help="what to make, for engines that read it",
        )


def _add_fill(parser: Parser, specs: Sequence[EngineSpec]) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--mask",
        metavar="MASK|alpha",
        help=(
            "picture of the same size, white = edit; or a folder with one for each IMAGE, of the "
            "same name; or the word alpha: what is transparent is filled"
        ),
    )
    where.add_argument(
        "--extend",
        type=sides,
        metavar="N|L,T,R,B",
        help="make the picture larger by this much on all sides, or on each; pixels, or with %%",
    )
    where.add_argument(
        "--aspect", type=aspect, metavar="W:H", help="make the picture larger, up to this shape"
    )
    parser.add_argument(
        "--anchor",
        type=anchor,
        metavar="PLACE",
        help=f"where the picture lies in that shape: {', '.join(ANCHORS)} (default: centre)",
    )
    offered = [
        intent
        for intent in Intent
        if any(intent in spec.intents for spec in specs if spec.id != ECHO_ENGINE)
    ]
    parser.add_argument(
        "--intent",
        type=intent_among(offered),
        metavar="|".join(intent.value for intent in offered),
        help="what the fill is for (default: fill, or expand where the picture is made larger)",
    )
    parser.add_argument(
        "--edge",
        type=edge,
        default=Edge(),
        metavar="exact|grow=N|feather=N",
        help="the mask as drawn (default), or N pixels larger, or softened over N pixels",
    )


def _add_common(parser: Parser) -> None:
    parser.add_argument(
        "--engine", default="", metavar="ID", help="default: the best one installed"
    )
    parser.add_argument(
        "--seed",
        type=whole_number(0, 2**32 - 1),
        default=0,
        metavar="N",
        help="same seed, same result (default: 0); variation i has seed N + i - 1",
    )
    parser.add_argument(
        "--variations",
        type=whole_number(1, 64),
        default=1,
        metavar="N",
        help="how many; several are written as OUT-1, OUT-2 … before the suffix",
    )
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        type=key_value,
        metavar="KEY=VALUE",
        help="a parameter of the engine; velatura engines --json lists them",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        type=input_role,
        metavar="ROLE=FILE",
        help="a further picture, such as exclude=FILE (white = never copy from there)",
    )
    parser.add_argument("--json", action="store_true", help="one event a line on standard output")


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
