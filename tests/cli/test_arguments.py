from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from velatura_backend.engines.registry import specs
from velatura_backend.engines.specs import ECHO, FILL
from velatura_cli.arguments import available_operations, parse_arguments
from velatura_cli.exit_codes import UsageError
from velatura_cli.options import OperationCommand, operation_command
from velatura_protocol.engines import EngineSpec
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Edge, EdgeKind, Intent, Operation


def parse(line: str, engines: tuple[EngineSpec, ...] = specs()) -> OperationCommand:
    return operation_command(parse_arguments(line.split(), engines))


def refusal(*argv: str) -> str:
    with pytest.raises(UsageError) as refused:
        parse_arguments(argv, (FILL, ECHO))
    return str(refused.value)


def test_a_fill_with_nothing_but_what_it_needs() -> None:
    command = parse("fill a.png --mask m.png -o out.png")
    assert command.operation is Operation.FILL
    assert command.images == (Path("a.png"),)
    assert command.mask == Path("m.png")
    assert not command.mask_from_alpha
    assert command.output == Path("out.png")
    assert command.intent is Intent.FILL
    assert command.edge == Edge()
    assert (command.options.seed, command.options.variations, command.options.engine) == (0, 1, "")


def test_a_fill_with_everything() -> None:
    command = parse(
        "fill a.png b.png --mask alpha -o out/ --intent remove --edge feather=2.5 "
        "--engine builtin_fill --seed 7 --variations 3 --param blend=0.2 --param x=y=z "
        "--input exclude=e.png --json --prompt sky"
    )
    assert command.images == (Path("a.png"), Path("b.png"))
    assert command.mask_from_alpha
    assert command.mask is None
    assert command.output_is_folder
    assert command.intent is Intent.REMOVE
    assert command.edge == Edge(EdgeKind.FEATHER, 2.5)
    assert command.prompt == "sky"
    options = command.options
    assert (options.engine, options.seed, options.variations) == ("builtin_fill", 7, 3)
    assert options.parameters == (("blend", "0.2"), ("x", "y=z"))
    assert options.inputs == (("exclude", Path("e.png")),)
    assert options.json


@pytest.mark.parametrize(
    ("text", "edge"),
    [
        ("exact", Edge()),
        ("grow=3", Edge(EdgeKind.GROW, 3.0)),
        ("feather=0", Edge(EdgeKind.FEATHER)),
    ],
)
def test_edges(text: str, edge: Edge) -> None:
    assert parse(f"fill a.png --mask m -o o.png --edge {text}").edge == edge


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("fill a.png --mask m.png", "-o"),
        ("fill --mask m.png -o o.png", "IMAGE"),
        ("fill a.png -o o.png", "--mask"),
        ("fill a.png --mask m -o o.png --edge blur=2", "grow=N"),
        ("fill a.png --mask m -o o.png --edge grow=-1", "between 0 and 4096"),
        ("fill a.png --mask m -o o.png --edge grow=nan", "grow=N"),
        ("fill a.png --mask m -o o.png --edge exact=2", "grow=N"),
        ("fill a.png --mask m -o o.png --seed -1", "between 0"),
        ("fill a.png --mask m -o o.png --seed x", "whole number"),
        ("fill a.png --mask m -o o.png --variations 0", "between 1 and 64"),
        ("fill a.png --mask m -o o.png --param blend", "KEY=VALUE"),
        ("fill a.png --mask m -o o.png --input nobody=a.png", "ROLE=FILE"),
        ("fill a.png --mask m -o o.png --intent paint", "not one of remove, fill"),
        ("fill a.png --mask m -o o.png --intent replace_background", "no installed engine can"),
        ("upscale a.png --scale 2 -o o.png", "no installed engine can upscale"),
        ("cut_out a.png -o o.png", "no installed engine can cut out"),
        ("frobnicate", "frobnicate"),
        ("", "COMMAND"),
        ("jobs", "ACTION"),
        ("serve --port 70000", "between 0 and 65535"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(argv: str, words: str) -> None:
    line = refusal(*argv.split())
    assert words in line
    assert "\n" not in line


def test_commands_follow_the_installed_engines() -> None:
    assert available_operations((ECHO,)) == ()
    able = replace(FILL, id="all", operations=tuple(Operation))
    assert available_operations((ECHO, able)) == tuple(Operation)
    assert parse("upscale a.png --scale 2 -o o.png", (able,)).scale == 2
    assert parse("retarget a.png --size 30x40 -o o.png", (able,)).target == Size(30, 40)
    restyle = parse("restyle a.png --style b.png -o o.png --strength 40%", (able,))
    assert (restyle.style, restyle.strength) == ("b.png", 0.4)
    table = parse("restyle a.png --style oil -o o.png --colour-table t.cube", (able,))
    assert table.colour_table == Path("t.cube")
    recolour = parse("recolour a.png --palette #ff0000 -o o.png --mask m.png", (able,))
    assert (recolour.palette, recolour.mask) == ("#ff0000", Path("m.png"))
    cut_out = parse("cut_out a.jpg --mask m.png --background --edge grow=2 -o o.png", (able,))
    assert cut_out.background
    assert cut_out.edge == Edge(EdgeKind.GROW, 2.0)
    generate = parse("generate --prompt=x --size=8x8 -oo.png", (able,))
    assert generate.images == ()


@pytest.mark.parametrize("command", ["fill", "serve", "jobs", "engines", "doctor", "version"])
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse_arguments([command, "--help"], specs())
    assert ended.value.code == 0
    assert f"velatura {command}" in capsys.readouterr().out
