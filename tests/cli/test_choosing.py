from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from velatura_backend.engines import registry
from velatura_backend.engines.diffusion.layer_parameters import layer_parameters
from velatura_backend.engines.registry import specs
from velatura_backend.engines.specs import FILL
from velatura_cli.arguments import parse_arguments
from velatura_cli.choosing import Settled, choose_engine, parse_parameters, settle
from velatura_cli.exit_codes import UsageError
from velatura_cli.options import OperationCommand, operation_command
from velatura_protocol.engines import RoleSpec
from velatura_protocol.parameters import Choice, Parameter, ParameterKind
from velatura_protocol.tasks import Operation, Role


def command(more: str = "") -> OperationCommand:
    line = f"fill a.png --mask m.png -o o.png {more}"
    return operation_command(parse_arguments(line.split(), specs()))


def test_the_best_engine_unless_one_is_named() -> None:
    assert choose_engine(command()).id == "builtin_fill"
    assert choose_engine(command("--engine echo")).id == "echo"
    with pytest.raises(UsageError, match="nobody"):
        choose_engine(command("--engine nobody"))


def test_words_go_to_an_engine_that_reads_them_and_a_removal_to_the_best(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = replace(FILL, id="reader", takes_prompt=True, rank=5)
    monkeypatch.setattr(registry, "specs", lambda: (FILL, reader))
    assert choose_engine(command("--intent remove")).id == FILL.id
    assert choose_engine(command("--intent remove --prompt grass")).id == "reader"
    assert choose_engine(command("--prompt grass")).id == "reader"
    assert choose_engine(command()).id == "reader"
    assert choose_engine(command(f"--engine {FILL.id}")).id == FILL.id


def test_parameters_take_the_types_of_the_engine_s_schema() -> None:
    asked = command("--engine echo --param seconds=1.5 --param previews=3 --param crash=no")
    values = parse_parameters(choose_engine(asked), asked)
    assert values == {"seconds": 1.5, "previews": 3, "crash": False}


@pytest.mark.parametrize(
    ("parameter", "words"),
    [("colour=1", "no parameter colour"), ("seconds=x", "number"), ("fail=loud", "one of")],
)
def test_what_a_parameter_cannot_be(parameter: str, words: str) -> None:
    asked = command(f"--engine echo --param {parameter}")
    with pytest.raises(UsageError, match=words):
        parse_parameters(choose_engine(asked), asked)


LOOKS = Parameter(
    "look",
    ParameterKind.PRESET,
    "Look",
    "oil",
    choices=(Choice("oil", "Oil on canvas"), Choice("ink", "Ink")),
)
ABLE = replace(
    FILL,
    id="able",
    operations=tuple(Operation),
    roles=(
        RoleSpec(Role.IMAGE),
        RoleSpec(Role.MASK, required=True, label="Subject"),
        RoleSpec(Role.STYLE),
        RoleSpec(Role.PALETTE),
    ),
    parameters=(
        LOOKS,
        Parameter("palette", ParameterKind.PALETTE, "Palette", ()),
        Parameter("background", ParameterKind.BOOL, "Background", False, visible_if="deep=true"),
        Parameter("deep", ParameterKind.BOOL, "Deep", False),
    ),
)
BARE = replace(ABLE, id="bare", roles=(RoleSpec(Role.IMAGE),), parameters=(), rank=-1)


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(registry, "specs", lambda: (ABLE, BARE))
    (tmp_path / "style.png").write_bytes(b"x")
    (tmp_path / "two.gpl").write_text("GIMP Palette\n255 0 0\tRed\n0 0 255\n")
    (tmp_path / "bad.gpl").write_text("nonsense")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settled(line: str) -> Settled:
    arguments = parse_arguments(f"{line} -o o.png".split(), (ABLE, BARE))
    return settle(operation_command(arguments))


def test_a_style_is_a_preset_or_a_picture(able: Path) -> None:
    for name in ("ink", "INK"):
        found = settled(f"restyle a.png --mask m.png --style {name}")
        assert (found.parameters, found.inputs) == ({"look": "ink"}, {})
    found = settled("restyle a.png --mask m.png --style style.png")
    assert (found.parameters, found.inputs) == ({}, {"style": Path("style.png")})


def test_an_engine_that_reads_words_needs_no_style(
    able: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = replace(ABLE, id="reader", takes_prompt=True, rank=9)
    monkeypatch.setattr(registry, "specs", lambda: (reader, ABLE))
    arguments = parse_arguments(
        ["restyle", "a.png", "--mask", "m.png", "--prompt", "night", "-o", "o.png"], (reader, ABLE)
    )
    assert settle(operation_command(arguments)).engine.id == "reader"


def test_what_is_said_by_param_counts_most(able: Path) -> None:
    found = settled("restyle a.png --mask m.png --style ink --param look=oil")
    assert found.parameters == {"look": "oil"}


def test_a_palette_is_a_list_a_gimp_file_or_a_picture(able: Path) -> None:
    listed = settled("recolour a.png --mask m.png --palette #FF0000,#00ff00")
    assert listed.parameters == {"palette": ("#ff0000", "#00ff00")}
    assert settled("recolour a.png --mask m.png --palette two.gpl").parameters == {
        "palette": ("#ff0000", "#0000ff")
    }
    assert settled("recolour a.png --mask m.png --palette style.png").inputs == {
        "palette": Path("style.png")
    }


def test_what_is_beside_a_result_is_the_engines_switch_of_that_name(able: Path) -> None:
    found = settled("cut_out a.png --mask m.png --background")
    assert found.parameters == {"background": True, "deep": True}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("restyle a.png --mask m.png", "needs --style"),
        ("restyle a.png --mask m.png --style gouache", "no preset; presets are oil, ink"),
        ("restyle a.png --style gouache --engine bare", "no such file and no preset"),
        ("restyle a.png --style oil --mask m.png --colour-table t.cube", "makes no colour table"),
        ("recolour a.png --mask m.png --palette red", "no such file"),
        ("recolour a.png --mask m.png --palette none.gpl", "no such file"),
        ("recolour a.png --mask m.png --palette bad.gpl", "not a GIMP palette"),
        ("recolour a.png --mask m.png --palette #f00", "list of colours"),
        ("recolour a.png --palette #ff0000 --engine bare", "takes no palette"),
        ("recolour a.png --engine bare --mask m.png", "takes no mask"),
        ("recolour a.png --engine bare --input style=style.png", "takes no style"),
        ("cut_out a.png", "cut_out needs --mask"),
        ("cut_out a.png", "a picture of the same size, white where the subject is"),
    ],
)
def test_what_an_engine_cannot_do_is_said_in_one_line(able: Path, line: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        settled(line)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_may_be_made_beside_a_result_is_known_before() -> None:
    plain = settle(command("--engine builtin_fill"))
    assert plain.parts == ()
    traced = settle(command("--engine builtin_fill --param source_map=true"))
    assert traced.parts == ("source-map",)
    layered = replace(plain, engine=replace(FILL, parameters=layer_parameters(4)))
    assert layered.parts[:4] == ("layer-1", "layer-2", "layer-3", "layer-4")
    assert len(layered.parts) == 12
