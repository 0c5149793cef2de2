from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from velatura_cli.values import (
    edge,
    fraction,
    input_role,
    intent_among,
    key_value,
    scale,
    seconds,
    size,
    table_file,
    whole_number,
)
from velatura_protocol.geometry import Size
from velatura_protocol.tasks import Edge, EdgeKind, Intent


def test_good_values() -> None:
    assert whole_number(1, 3)("3") == 3
    assert intent_among([Intent.REMOVE])("remove") is Intent.REMOVE
    assert edge("exact") == Edge()
    assert edge("grow=1.5") == Edge(EdgeKind.GROW, 1.5)
    assert size("1920x1080") == size("1920X1080") == Size(1920, 1080)
    assert scale("0.5") == 0.5
    assert seconds("0") == 0.0
    assert key_value("a=b=c") == ("a", "b=c")
    assert key_value("a=") == ("a", "")
    assert input_role("control:depth=a=b.png") == ("control:depth", Path("a=b.png"))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (whole_number(1, 3), "4"),
        (whole_number(1, 3), "1.5"),
        (intent_among([Intent.REMOVE]), "add"),
        (intent_among([Intent.REMOVE]), "none"),
        (edge, "grow"),
        (edge, "grow=inf"),
        (edge, "feather=5000"),
        (edge, "soft=1"),
        (size, "0x10"),
        (size, "10"),
        (size, "-1x3"),
        (scale, "0"),
        (scale, "nan"),
        (scale, "x"),
        (seconds, "-1"),
        (seconds, "inf"),
        (key_value, "=b"),
        (key_value, "a"),
        (input_role, "exclude"),
        (input_role, "exclude="),
        (input_role, "nobody=a.png"),
    ],
)
def test_bad_values_are_named(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse(text)


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("1", 1.0), ("0.4", 0.4), ("40%", 0.4)])
def test_parts_of_a_whole(text: str, value: float) -> None:
    assert fraction(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "2", "-0.1", "101%", "nan", "half", "%"])
def test_what_is_no_part_of_a_whole(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="between 0 and 1"):
        fraction(text)


def test_tables_are_cube_files_or_pictures() -> None:
    assert table_file("a/b.CUBE") == Path("a/b.CUBE")
    with pytest.raises(argparse.ArgumentTypeError, match=r"\.cube"):
        table_file("b.tif")
