"""Every field of every message, from the messages' own types: what fits it, and what does not.

Nothing here asks the codec: what is wrong is decided by the annotation alone.
"""

from __future__ import annotations

import dataclasses
import enum
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from velatura_protocol.fields import Bounds, HexDigest, Identifier, Length
from velatura_protocol.messages import PROTOCOL, ProtocolVersion

Path = tuple[str | int, ...]
Wire = dict[str, Any]

_PLAIN: dict[Any, Any] = {bool: True, int: 1, float: 0.5, str: "text", bytes: b"bytes"}
_MAPS: dict[Any, Any] = {ProtocolVersion: {"major": PROTOCOL.major, "minor": PROTOCOL.minor}}
_OTHERS: dict[Any, tuple[Any, ...]] = {
    bool: (0, "true", b"", [], {}, 1.5),
    int: ("1", 1.5, b"1", [], {}, True, 2**63, 2**64 - 1),
    float: ("1", b"", [], {}, True, float("nan"), float("inf"), float("-inf")),
    str: (1, b"x", [], {}, True, 1.5, "x" * 65_537),
    bytes: ("x", 1, [], {}, True),
    list: ({}, "x", 1, b"", True, [None] * 4097),
    dict: ([], "x", 1, b"", True),
    enum.Enum: ("no such choice", "", 1, b"", [], {}, True, "x" * 70_000),
}


@dataclass(frozen=True)
class Place:
    """A value in a message: where it is, and its annotation."""

    path: Path
    kind: Any

    @property
    def shown(self) -> str:
        """As an error names it."""
        steps = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in self.path)
        return "$" + "".join(steps)

    @property
    def is_text(self) -> bool:
        return str in _members(self.kind)

    @property
    def is_name(self) -> bool:
        """An id or a digest: nothing else goes in."""
        return any(isinstance(rule, Identifier | HexDigest) for rule in _rules(self.kind))

    def wrong_values(self) -> tuple[Any, ...]:
        """Of another type, or out of the type's range."""
        members, rules = _members(self.kind), _rules(self.kind)
        if len(members) > 1:
            takes_lists = any(get_origin(each) is tuple for each in members)
            return ({}, b"", [1] if takes_lists else [], None)
        (member,) = members
        wrong = _OTHERS[_class_of(member)]
        if not _takes_nil(self.kind):
            wrong = (*wrong, None)
        return (*wrong, *(value for rule in rules for value in _against(rule, member)))


def example(kind: Any) -> Wire:
    """The smallest message of this kind in which every field has a value."""
    return {"t": kind.t, **_value(kind)}


def places(kind: Any) -> Iterator[Place]:
    """Of every field of a message, and of everything inside them."""
    hints = get_type_hints(kind, include_extras=True)
    for each in dataclasses.fields(kind):
        yield from _inside(hints[each.name], (each.name,))


def changed(message: Wire, path: Path, value: Any) -> Wire:
    """A copy with another value at one place."""
    return _put(message, path, value)


def _put(container: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(container, list):
        return [_put(v, rest, value) if i == step else v for i, v in enumerate(container)]
    return {**container, step: _put(container.get(step), rest, value)}


def _inside(kind: Any, path: Path) -> Iterator[Place]:
    yield Place(path, kind)
    members = _members(kind)
    if len(members) > 1:
        return
    (member,) = members
    origin = get_origin(member)
    if origin is tuple:
        yield from _inside(get_args(member)[0], (*path, 0))
    elif origin is dict:
        yield from _inside(get_args(member)[1], (*path, "key"))
    elif dataclasses.is_dataclass(member):
        hints = get_type_hints(member, include_extras=True)
        for each in dataclasses.fields(member):
            yield from _inside(hints[each.name], (*path, each.name))


def _value(kind: Any) -> Any:
    rules, member = _rules(kind), _members(kind)[0]
    if any(isinstance(rule, HexDigest) for rule in rules):
        return "ab" * 32
    if any(isinstance(rule, Identifier) for rule in rules):
        return "name"
    origin = get_origin(member)
    if origin is tuple:
        return [_value(get_args(member)[0])]
    if origin is dict:
        return {"key": _value(get_args(member)[1])}
    if member in _MAPS:
        return _MAPS[member]
    if dataclasses.is_dataclass(member):
        hints = get_type_hints(member, include_extras=True)
        return {each.name: _value(hints[each.name]) for each in dataclasses.fields(member)}
    if issubclass(member, enum.Enum):
        return next(iter(member)).value
    return _PLAIN[member]


def _members(kind: Any) -> tuple[Any, ...]:
    """The types a value may have, but for nil."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        kept = (each for each in get_args(kind) if each not in (types.NoneType, memoryview))
        return tuple(each for member in kept for each in _members(member))
    return (tuple,) if kind is tuple else (kind,)


def _class_of(member: Any) -> Any:
    origin = get_origin(member)
    if origin is tuple:
        return list
    if origin is dict or dataclasses.is_dataclass(member):
        return dict
    return enum.Enum if issubclass(member, enum.Enum) else member


def _takes_nil(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType) and types.NoneType in get_args(kind)


def _rules(kind: Any) -> tuple[Any, ...]:
    return get_args(kind)[1:] if get_origin(kind) is Annotated else ()


def _against(rule: Any, member: Any) -> tuple[Any, ...]:
    if isinstance(rule, Bounds):
        return (rule.minimum - 1, rule.maximum + 1)
    if isinstance(rule, Length):
        return ("x" * (rule.maximum + 1) if member is str else b"x" * (rule.maximum + 1),)
    bad = ("../x", "a b", "ä", "x" * 65, "A" * 64 + "\n", "name\x00")
    return bad if rule.optional else (*bad, "")
