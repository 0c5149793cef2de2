"""The options of each operation's command."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from velatura_protocol.engines import EngineSpec
from velatura_protocol.tasks import Edge, Intent, Operation

from .extending import ANCHORS, anchor, aspect, sides
from .values import (
    edge,
    fraction,
    input_role,
    intent_among,
    key_value,
    scale,
    size,
    table_file,
    whole_number,
)

Specs = Sequence[EngineSpec]

_SUMMARIES = {
    Operation.FILL: "fill or remove what a mask covers",
    Operation.RESTYLE: "give a picture the look of another one, or of a preset",
    Operation.UPSCALE: "make a picture larger",
    Operation.VARY: "make variations of a picture",
    Operation.TILE: "make a picture repeat without seams",
    Operation.RETARGET: "change a picture's shape without squeezing what is in it",
    Operation.GENERATE: "make a picture from a description",
    Operation.RESTORE: "take noise, scratches and compression traces away",
    Operation.RECOLOUR: "change a picture's colours",
    Operation.CUT_OUT: "make everything but the subject transparent",
}


def summary_of(operation: Operation) -> str:
    return _SUMMARIES[operation]


def add_arguments(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    """``specs``: the installed engines, as far as what is offered depends on them."""
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
    for add in _SPECIFIC[operation]:
        add(parser, operation, specs)
    _add_common(parser)


def _add_where(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    """A fill's mask, or how far the picture is made larger."""
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


def _add_intent(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    offered = [
        intent
        for intent in Intent
        if any(intent in spec.intents for spec in specs if not spec.is_for_checks)
    ]
    parser.add_argument(
        "--intent",
        type=intent_among(offered),
        metavar="|".join(intent.value for intent in offered),
        help="what the fill is for (default: fill, or expand where the picture is made larger)",
    )


def _add_mask(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    is_subject = operation is Operation.CUT_OUT
    what = "the subject, roughly, in white" if is_subject else "white = edit (default: all of it)"
    parser.add_argument(
        "--mask",
        metavar="MASK",
        help=(
            f"picture of the same size, {what}; or a folder with one for each IMAGE, of the same "
            "name"
        ),
    )


def _add_edge(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument(
        "--edge",
        type=edge,
        default=Edge(),
        metavar="exact|grow=N|feather=N",
        help="the mask as drawn (default), or N pixels larger, or softened over N pixels",
    )


def _add_style(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument(
        "--style",
        default="",
        metavar="IMAGE2|PRESET",
        help="the look to take: a picture, or the name of a preset; an engine that reads words can "
        "do without",
    )
    parser.add_argument(
        "--colour-table",
        type=table_file,
        metavar="FILE.cube|FILE.png",
        help="also write the change of colours, for other programs: .cube or HaldCLUT",
    )


def _add_palette(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument(
        "--palette",
        metavar="FILE|#rrggbb,…",
        help="the colours to use: a .gpl file, a picture that has them, or a list",
    )


def _add_background(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument(
        "--background",
        action="store_true",
        help="also write what is behind the subject, filled in, as OUT-background",
    )


def _add_strength(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument(
        "--strength",
        type=fraction,
        default=1.0,
        metavar="S",
        help="0…1 or with %%: lower stays closer to the picture (default: 1)",
    )


def _add_prompt(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument(
        "--prompt",
        default="",
        required=operation is Operation.GENERATE,
        metavar="TEXT",
        help="what to make, for engines that read it",
    )


def _add_scale(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument("--scale", required=True, type=scale, metavar="F", help="how much")


def _add_size(parser: argparse.ArgumentParser, operation: Operation, specs: Specs) -> None:
    parser.add_argument("--size", required=True, type=size, metavar="WxH", help="size in pixels")


Adding = Callable[[argparse.ArgumentParser, Operation, Specs], None]

_SPECIFIC: Mapping[Operation, tuple[Adding, ...]] = {
    Operation.FILL: (_add_where, _add_intent, _add_edge, _add_prompt),
    Operation.RESTYLE: (_add_style, _add_strength, _add_mask, _add_edge, _add_prompt),
    Operation.UPSCALE: (_add_scale,),
    Operation.VARY: (_add_strength, _add_mask, _add_edge),
    Operation.TILE: (),
    Operation.RETARGET: (_add_size,),
    Operation.GENERATE: (_add_size, _add_prompt),
    Operation.RESTORE: (_add_mask, _add_edge),
    Operation.RECOLOUR: (_add_palette, _add_mask, _add_edge),
    Operation.CUT_OUT: (_add_mask, _add_edge, _add_background),
}


def _add_common(parser: argparse.ArgumentParser) -> None:
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
