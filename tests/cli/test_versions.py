from __future__ import annotations

import re

import pytest

from velatura_cli.dispatch import run


def test_versions_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["version"]) == 0
    assert re.fullmatch(
        r"velatura \S+ \(protocol \d+\.\d+, Python \S+\)\n", capsys.readouterr().out
    )
