from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.engines.registry import specs
from velatura_cli.arguments import parse_arguments
from velatura_cli.options import OperationCommand, operation_command


def command(output: str) -> OperationCommand:
    return operation_command(
        parse_arguments(["fill", "a.png", "--mask", "alpha", "-o", output], specs())
    )


@pytest.mark.parametrize(
    ("output", "is_folder"), [("o.png", False), ("missing/", True), ("there", True)]
)
def test_a_folder_is_one_that_exists_or_says_so(
    tmp_path: Path, output: str, is_folder: bool
) -> None:
    (tmp_path / "there").mkdir()
    slash = "/" if output.endswith("/") else ""
    assert command(f"{tmp_path / output}{slash}").output_is_folder is is_folder


def test_the_word_alpha_is_no_file() -> None:
    asked = command("o.png")
    assert asked.mask_from_alpha
    assert asked.mask is None
