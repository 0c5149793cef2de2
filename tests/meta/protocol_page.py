"""``docs/protocol.md`` and the message types, each brought to the same plain table."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from enum import Enum

from velatura_protocol import fields as rules
from velatura_protocol.messages import ClientMessage, ServerMessage
from velatura_protocol.parameters import ParameterValue

_HEADING = re.compile(r"^(?:### `(?P<message>\w+)`|#### (?P<part>\w+))$")
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<kind>.*?) \| (?P<default>.*?) \| \S.* \|$")
_CHOICES = re.compile(r"^One of (?P<values>`.*`)\.$")
_DIRECTION = re.compile(r"^(?P<direction>C→S|S→C|Both)\. \S")


@dataclass(frozen=True)
class Line:
    """One field: its name, its type in the page's words, its default or ``required``."""

    name: str
    kind: str
    default: str


@dataclass(frozen=True)
class Entry:
    """A message, a part or a choice. ``direction`` is a message's, ``values`` are a choice's."""

    direction: str = ""
    lines: tuple[Line, ...] = ()
    values: tuple[str, ...] = ()


def from_page(page: str) -> dict[str, Entry]:
    """The entries of the page by name, as its headings say them."""
    return {name: _entry(lines) for name, lines in _sections(page) if name}


def from_types() -> dict[str, Entry]:
    """The entries that the message types ask for: every message and all it is made of."""
    found: dict[str, Entry] = {}
    messages = {*typing.get_args(ClientMessage), *typing.get_args(ServerMessage)}
    waiting: list[type] = sorted(messages, key=lambda message: message.__name__)
    while waiting:
        current = waiting.pop()
        name = current.t if current in messages else current.__name__
        if name not in found:
            found[name] = described(current, _direction(current) if current in messages else "")
            waiting.extend(_made_of(current))
    return found


def described(kind: type, direction: str = "") -> Entry:
    if issubclass(kind, Enum):
        return Entry(values=tuple(member.value for member in kind))
    assert is_dataclass(kind)
    hints = typing.get_type_hints(kind, include_extras=True)
    lines = (Line(f.name, wording(hints[f.name]), default_wording(f)) for f in fields(kind))
    return Entry(direction, tuple(lines))


def wording(kind: object) -> str:
    """A type in the words of the page's table of types."""
    if kind in _NAMED:
        return _NAMED[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return f"list of {wording(arguments[0])}"
    if origin is dict:
        return f"map {wording(arguments[0])} → {wording(arguments[1])}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(dict.fromkeys(map(wording, arguments)))
    assert isinstance(kind, type), f"the page has no word for {kind}"
    return kind.__name__


def default_wording(field: Field[object]) -> str:
    if field.default_factory is not MISSING:
        return _value_wording(field.default_factory())
    return "required" if field.default is MISSING else _value_wording(field.default)


_NAMED: dict[object, str] = {
    rules.Id: "id",
    rules.OptionalId: "id or empty",
    rules.Digest: "digest",
    rules.OptionalDigest: "digest or empty",
    rules.Natural: "natural",
    rules.Positive: "positive",
    rules.ShortText: "short text",
    rules.Nonce: "bytes ≤ 256",
    ParameterValue: "parameter value",
    str: "text",
    memoryview: "bytes",
    type(None): "nil",
}


def _value_wording(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value_wording, typing.cast('tuple[object, ...]', value)))}]"
    if is_dataclass(value):
        return "all defaults"
    plain = {"": '""', b"": "empty", None: "nil", True: "true", False: "false"}
    if isinstance(value, bool | str | bytes | None):
        return plain.get(value, str(value))
    return str(value)


def _direction(message: type) -> str:
    ways = message in typing.get_args(ClientMessage), message in typing.get_args(ServerMessage)
    return {(True, False): "C→S", (False, True): "S→C", (True, True): "Both"}[ways]


def _made_of(kind: type) -> Iterator[type]:
    """The types of ours that its fields mention."""
    if is_dataclass(kind):
        for hint in typing.get_type_hints(kind).values():
            yield from _ours(hint)


def _ours(hint: object) -> Iterator[type]:
    for inner in typing.get_args(hint):
        yield from _ours(inner)
    if isinstance(hint, type) and (is_dataclass(hint) or issubclass(hint, Enum)):
        yield hint


def _sections(page: str) -> Iterator[tuple[str, list[str]]]:
    name, lines = "", list[str]()
    for line in page.splitlines():
        if line.startswith("#"):
            yield name, lines
            heading = _HEADING.match(line)
            name, lines = (heading["message"] or heading["part"] if heading else ""), []
        lines.append(line)
    yield name, lines


def _entry(lines: list[str]) -> Entry:
    direction = next((m["direction"] for line in lines if (m := _DIRECTION.match(line))), "")
    choices = next((m["values"] for line in lines if (m := _CHOICES.match(line))), "")
    rows = [m for line in lines if (m := _ROW.match(line))]
    return Entry(
        direction,
        tuple(Line(m["name"], _unlinked(m["kind"]), _plain(m["default"])) for m in rows),
        tuple(re.findall(r"`(\w+)`", choices)),
    )


def _unlinked(text: str) -> str:
    return re.sub(r"\[(\w+)\]\(#[\w-]+\)", r"\1", text)


def _plain(default: str) -> str:
    """Without backticks, and without the spaces that group the digits of a number."""
    text = default.replace("`", "")
    return text.replace(" ", "") if re.fullmatch(r"[\d ]+", text) else text
