from __future__ import annotations

import argparse
from collections.abc import Callable

import pytest

from velatura_backend.engines.registry import specs
from velatura_cli.arguments import parse_arguments
from velatura_cli.exit_codes import UsageError
from velatura_cli.extending import anchor, aspect, sides
from velatura_cli.options import OperationCommand, operation_command
from velatura_plugin.capture.extent import Anchor
from velatura_protocol.errors import BadTask
from velatura_protocol.geometry import Margins, Size
from velatura_protocol.tasks import Intent

SIZE = Size(200, 100)


def command(more: str) -> OperationCommand:
    return operation_command(parse_arguments(f"fill a.png -o b.png {more}".split(), specs()))


@pytest.mark.parametrize(
    ("more", "margins"),
    [
        ("--extend 20", Margins(20, 20, 20, 20)),
        ("--extend 1,2,3,4", Margins(1, 2, 3, 4)),
        ("--extend 15%", Margins(30, 15, 30, 15)),
        ("--extend 0,10%,25%,7", Margins(0, 10, 50, 7)),
        ("--aspect 1:1", Margins(0, 50, 0, 50)),
        ("--aspect 3:1 --anchor left", Margins(0, 0, 100, 0)),
        ("--aspect 2.5:1 --anchor bottom-right", Margins(50, 0, 0, 0)),
    ],
)
def test_what_is_added(more: str, margins: Margins) -> None:
    asked = command(more)
    assert asked.intent is Intent.EXPAND
    assert asked.extension is not None
    assert asked.extension.margins(SIZE) == margins


def test_without_it_a_fill_is_a_fill() -> None:
    asked = command("--mask m.png")
    assert (asked.intent, asked.extension) == (Intent.FILL, None)
    assert command("--mask m.png --intent expand").extension is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("--extend 5 --mask m.png", "not allowed with"),
        ("--extend 5 --aspect 1:1", "not allowed with"),
        ("", "--extend"),
        ("--extend 5 --intent remove", "--intent remove makes no picture larger"),
        ("--extend 5 --anchor left", "--anchor goes with --aspect"),
        ("--mask m.png --anchor left", "--anchor goes with --aspect"),
    ],
)
def test_what_does_not_go_together(more: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        command(more)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (sides, "0"),
        (sides, "0,0%,0,0"),
        (sides, "1,2"),
        (sides, "-3"),
        (sides, "1.5"),
        (sides, "nan"),
        (sides, "inf%"),
        (sides, "x"),
        (sides, ""),
        (aspect, "16"),
        (aspect, "16:0"),
        (aspect, "-1:2"),
        (aspect, "nan:1"),
        (aspect, "16/9"),
        (anchor, "middle"),
    ],
)
def test_bad_values_are_named(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse(text)


def test_places_are_named_as_in_words() -> None:
    assert anchor("top-left") is Anchor.TOP_LEFT


def test_beyond_all_documents() -> None:
    with pytest.raises(BadTask):
        sides("999999999999").margins(SIZE)
