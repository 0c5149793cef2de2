from __future__ import annotations

import argparse

import pytest

from velatura_backend.engines.specs import FILL
from velatura_cli.operation_arguments import add_arguments, summary_of
from velatura_protocol.tasks import Operation


@pytest.mark.parametrize("operation", list(Operation))
def test_every_operation_has_a_summary_and_what_all_have(operation: Operation) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, operation, (FILL,))
    options = {each for action in parser._actions for each in action.option_strings}
    assert {"-o", "--engine", "--seed", "--variations", "--param", "--input", "--json"} <= options
    assert summary_of(operation)


@pytest.mark.parametrize(
    ("operation", "option"),
    [
        (Operation.RESTYLE, "--style"),
        (Operation.RESTYLE, "--mask"),
        (Operation.RESTYLE, "--colour-table"),
        (Operation.VARY, "--strength"),
        (Operation.VARY, "--mask"),
        (Operation.RESTORE, "--mask"),
        (Operation.RECOLOUR, "--palette"),
        (Operation.RECOLOUR, "--mask"),
        (Operation.CUT_OUT, "--mask"),
        (Operation.CUT_OUT, "--background"),
        (Operation.RETARGET, "--size"),
        (Operation.UPSCALE, "--scale"),
    ],
)
def test_what_only_some_have(operation: Operation, option: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, operation, (FILL,))
    assert option in parser.format_help()
