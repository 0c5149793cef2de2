from __future__ import annotations

import json

import pytest

from velatura_backend.engines.registry import specs
from velatura_cli.dispatch import run


def test_a_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["engines"]) == 0
    out = capsys.readouterr().out
    assert all(spec.id in out for spec in specs())
    assert "fill (remove, fill, expand)" in out


def test_the_whole_schema_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["engines", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in listed] == [spec.id for spec in specs()]
    parameters = {each["id"] for each in listed[0]["parameters"]}
    assert parameters == {parameter.id for parameter in specs()[0].parameters}
