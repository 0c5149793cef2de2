"""``docs/protocol.md`` and the types agree on every message, part, field and error code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

import pytest

from tests.meta.protocol_page import Entry, Line, described, from_page, from_types
from tests.meta.sources import ROOT, nothing
from velatura_protocol.errors import ErrorCode
from velatura_protocol.faults import FAULTS
from velatura_protocol.fields import Natural, OptionalId
from velatura_protocol.messages import PROTOCOL, Limits

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def test_every_message_and_part_is_on_the_page() -> None:
    assert sorted(from_page(PAGE)) == sorted(from_types())


@pytest.mark.parametrize("name", sorted(from_types()))
def test_fields_types_and_defaults_agree(name: str) -> None:
    assert from_page(PAGE)[name] == from_types()[name]


def test_error_codes_agree() -> None:
    section = PAGE.split("## Errors")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [
        code.value for code in ErrorCode
    ]


def test_what_exactly_is_wrong_is_on_the_page() -> None:
    section = PAGE.split("## Errors")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if re.match(r"\| `\w+` of ", line)]
    found = [tuple(re.findall(r"`([^`]+)`", line.split("|")[2])) for line in rows]
    assert found == [tuple(each.value for each in kind) for kind in FAULTS]


def test_every_limit_says_what_happens_beyond_it() -> None:
    section = PAGE.split("## Limits")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(names) == sorted(line.name for line in described(Limits).lines)


def test_the_version_agrees() -> None:
    assert PAGE.startswith(f"# The protocol, version {PROTOCOL}\n")


def test_links_lead_to_headings() -> None:
    headings = [
        line.lstrip("# ").strip("`").lower() for line in PAGE.splitlines() if "#" in line[:1]
    ]
    anchors = {re.sub(r"\W", "-", heading) for heading in headings}
    anchors |= {f"{anchor}-1" for anchor in anchors if headings.count(anchor) > 1}
    nothing(sorted(set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) - anchors))


class _Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class _Point:
    x: Natural
    colours: tuple[_Colour, ...] = (_Colour.RED,)
    near: _Colour | None = None
    weights: dict[str, float] = field(default_factory=dict[str, float])
    owner: OptionalId = ""
    loud: bool = False


_POINT = """#### Point

| field | type | default | meaning |
|---|---|---|---|
| `x` | natural | required | across |
| `colours` | list of [_Colour](#colour) | `[red]` | its own |
| `near` | [_Colour](#colour) or nil | nil | one it likes |
| `weights` | map text → float | `{}` | by name |
| `owner` | id or empty | `""` | whose |
| `loud` | bool | `false` | whether |
"""


def test_a_page_that_agrees_is_read_as_the_types_are() -> None:
    assert from_page(_POINT)["Point"] == described(_Point)
    assert described(_Colour) == Entry(values=("red", "blue"))
    assert from_page("#### Colour\n\nOne of `red`, `blue`.\n")["Colour"] == described(_Colour)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("| `x` |", "| `y` |"),
        ("natural", "positive"),
        ("required", "`0`"),
        ("| `owner` | id or empty", "| `owner` | id"),
        ("`{}`", "nil"),
        ("| `loud` | bool | `false` | whether |\n", ""),
    ],
)
def test_a_difference_is_seen(right: str, wrong: str) -> None:
    assert from_page(_POINT.replace(right, wrong, 1))["Point"] != described(_Point)


def test_the_direction_is_read() -> None:
    page = "### `hello`\n\nC→S. First message.\n\n### `bye`\n\nBoth. Last one.\n"
    assert [entry.direction for entry in from_page(page).values()] == ["C→S", "Both"]


def test_grouped_digits_are_one_number() -> None:
    page = "### `a`\n\n| `n` | positive | `4 194 304` | bytes |\n"
    assert from_page(page)["a"].lines == (Line("n", "positive", "4194304"),)
