"""The grammar of ``velatura models``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from velatura_backend.models.describing import control_choices

_Add = Callable[[str, str], argparse.ArgumentParser]


def add_model_actions(add: _Add) -> None:
    """``add`` makes the parser of an action from its name and summary."""
    _add_list(add("list", "list the installed models and those that can be installed"))
    _add_install(add("install", "download models, check them and keep them"))
    _add_import(add("import", "take in models that are on this machine, in place"))
    _add_export(add("export", "copy models into a folder, for a machine without a network"))
    verify = add("verify", "read every file again and compare it with what was installed")
    verify.add_argument("models", nargs="*", metavar="MODEL", help="default: all of them")
    _add_json(verify)
    remove = add("remove", "delete models; files of other programs are only forgotten")
    remove.add_argument("models", nargs="+", metavar="MODEL")
    _add_json(remove)


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--memory",
        type=int,
        default=None,
        metavar="GB",
        help="only what a graphics card with so much memory can run well",
    )
    _add_json(parser)


def _add_install(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="+", metavar="MODEL", help="as velatura models list has it")
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="you have read the licence and agree to its conditions, where it has any",
    )
    parser.add_argument(
        "--mirror",
        metavar="URL",
        help="another server with the same files, remembered; “default” goes back",
    )
    parser.add_argument(
        "--proxy",
        metavar="URL",
        help="http://HOST:PORT to go through, remembered; “default”: as the system says",
    )
    _add_json(parser)


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="a model's file or folder, the models of another program, or an exported folder",
    )
    parser.add_argument("--name", default="", help="what to call it; default: the file's name")
    parser.add_argument("--licence", default="", help="what it may be used under, for the record")
    parser.add_argument(
        "--commercial", action="store_true", help="the licence allows commercial use"
    )
    parser.add_argument(
        "--control",
        choices=[each.id for each in control_choices()],
        default="",
        metavar="KIND",
        help=(
            "what a control network was made for, which its file does not tell: "
            + ", ".join(each.id for each in control_choices())
        ),
    )
    parser.add_argument("--copy", action="store_true", help="copy it, instead of using it in place")
    parser.add_argument(
        "--no-hashes",
        action="store_true",
        help="do not read the whole files now; velatura models verify does it later",
    )
    _add_json(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="is made, or added to")
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: all of them")
    _add_json(parser)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable output")
