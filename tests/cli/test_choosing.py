from __future__ import annotations

import pytest

from velatura_backend.engines.registry import specs
from velatura_cli.arguments import parse_arguments
from velatura_cli.choosing import choose_engine, parse_parameters
from velatura_cli.exit_codes import UsageError
from velatura_cli.options import OperationCommand, operation_command


def command(more: str = "") -> OperationCommand:
    line = f"fill a.png --mask m.png -o o.png {more}"
    return operation_command(parse_arguments(line.split(), specs()))


def test_the_best_engine_unless_one_is_named() -> None:
    assert choose_engine(command()).id == "builtin_fill"
    assert choose_engine(command("--engine echo")).id == "echo"
    with pytest.raises(UsageError, match="nobody"):
        choose_engine(command("--engine nobody"))


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
