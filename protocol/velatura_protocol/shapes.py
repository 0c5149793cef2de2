"""From a type to the way its values look on the wire, and back.

A :class:`Shape` is built once for each type from its annotations: dataclasses become maps, enums
their values, tuples arrays. Both directions hold values to the rules their annotations carry, so a
bug is named where it is made and not by the peer.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

from .fields import Bounds
from .structure import MAX_ARRAY, MAX_MAP, MAX_TEXT

_INT64 = Bounds(-(2**63), 2**63 - 1)


class Mismatch(Exception):
    """A value is not of its type. ``path`` grows on the way out, ``.task.inputs[2].region``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    def under(self, step: str) -> Mismatch:
        self.path = step + self.path
        return self


@dataclass(frozen=True)
class Shape:
    """How one type is written and read. Both raise :class:`Mismatch` and nothing else."""

    kind: type
    write: Callable[[Any], object]
    read: Callable[[object], Any]


@cache
def shape_of(annotation: Any) -> Shape:
    """The shape of a type as annotations spell it.

    :raises TypeError: values of this type do not travel
    """
    origin = get_origin(annotation)
    if origin is Annotated:
        kind, *rules = get_args(annotation)
        return _ruled(shape_of(kind), tuple(rules))
    if origin is Union or origin is types.UnionType:
        return _union(get_args(annotation))
    if origin is tuple:
        return _list(shape_of(get_args(annotation)[0]))
    if origin is dict:
        return _mapping(shape_of(get_args(annotation)[1]))
    if isinstance(annotation, type):
        annotation = cast("type[Any]", annotation)
        if issubclass(annotation, Enum):
            return _choice(annotation)
        if dataclasses.is_dataclass(annotation):
            return _record(cast("type[Any]", annotation))
        if annotation in _PLAIN:
            return _plain(annotation)
    raise TypeError(f"no shape for {annotation!r}")


# -- plain values ----------------------------------------------------------------------------------


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise Mismatch("true or false expected")
    return value


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Mismatch("whole number expected")
    if not _INT64.minimum <= value <= _INT64.maximum:
        raise Mismatch("out of range")
    return value


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Mismatch("number expected")
    try:
        number = float(value)
    except OverflowError:
        raise Mismatch("out of range") from None
    if not math.isfinite(number):
        raise Mismatch("finite number expected")
    return number


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Mismatch("text expected")
    if len(value) > MAX_TEXT:
        raise Mismatch("text too long")
    return value


def _bytes(value: object) -> bytes | bytearray | memoryview:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise Mismatch("bytes expected")
    return cast("bytes | bytearray | memoryview", value)


_PLAIN: dict[type, Callable[[object], object]] = {
    bool: _bool,
    int: _int,
    float: _float,
    str: _text,
    bytes: _bytes,
    memoryview: _bytes,
}


def _plain(kind: type) -> Shape:
    return Shape(kind, _PLAIN[kind], _PLAIN[kind])


def _ruled(shape: Shape, rules: tuple[Any, ...]) -> Shape:
    def checked(value: Any) -> Any:
        for rule in rules:
            problem = rule.problem(value)
            if problem:
                raise Mismatch(problem)
        return value

    return Shape(
        shape.kind,
        lambda value: checked(shape.write(value)),
        lambda value: checked(shape.read(value)),
    )


# -- several values --------------------------------------------------------------------------------


def _union(members: tuple[Any, ...]) -> Shape:
    """Members differ in the plain type they have on the wire; ``bool`` comes before ``int``."""
    nil = types.NoneType in members
    shapes = [shape_of(each) for each in members if each is not types.NoneType]
    shapes.sort(key=lambda shape: shape.kind is not bool)
    if len(shapes) == 1:
        only = shapes[0]
        return Shape(
            object,
            lambda value: None if value is None and nil else only.write(value),
            lambda value: None if value is None and nil else only.read(value),
        )

    def write(value: Any) -> object:
        for shape in shapes:
            if isinstance(value, shape.kind):
                return shape.write(value)
        raise Mismatch("of none of its types")

    def read(value: object) -> Any:
        for shape in shapes:
            if isinstance(value, list if shape.kind is tuple else shape.kind):
                return shape.read(value)
        raise Mismatch("of none of its types")

    return Shape(object, write, read)


def _list(member: Shape) -> Shape:
    def write(value: Any) -> object:
        if not isinstance(value, tuple):
            raise Mismatch("list expected")
        return _members(cast("tuple[object, ...]", value), member.write)

    def read(value: object) -> Any:
        if not isinstance(value, list):
            raise Mismatch("list expected")
        return tuple(_members(cast("list[object]", value), member.read))

    return Shape(tuple, write, read)


def _members(
    values: list[object] | tuple[object, ...], convert: Callable[[Any], object]
) -> list[object]:
    if len(values) > MAX_ARRAY:
        raise Mismatch("list too long")
    converted: list[object] = []
    try:
        for value in values:
            converted.append(convert(value))
    except Mismatch as mismatch:
        raise mismatch.under(f"[{len(converted)}]") from None
    return converted


def _mapping(member: Shape) -> Shape:
    def convert(value: object, change: Callable[[Any], object]) -> dict[str, object]:
        if not isinstance(value, dict):
            raise Mismatch("map expected")
        if len(cast("dict[object, object]", value)) > MAX_MAP:
            raise Mismatch("map too long")
        converted: dict[str, object] = {}
        key = ""
        try:
            for name, each in cast("dict[object, object]", value).items():
                key = _text(name)
                converted[key] = change(each)
        except Mismatch as mismatch:
            raise mismatch.under(f".{key[:64]}") from None
        return converted

    return Shape(
        dict,
        lambda value: convert(value, member.write),
        lambda value: convert(value, member.read),
    )


def _choice(kind: type[Enum]) -> Shape:
    choices = {each.value: each for each in kind}

    def write(value: Any) -> object:
        if not isinstance(value, kind):
            raise Mismatch("unknown choice")
        return value.value

    def read(value: object) -> Any:
        if not isinstance(value, str):
            raise Mismatch("text expected")
        if value not in choices:
            raise Mismatch("unknown choice")
        return choices[value]

    return Shape(kind, write, read)


def _record(kind: type) -> Shape:
    hints = get_type_hints(kind, include_extras=True)
    fields = dataclasses.fields(kind)
    shapes = {each.name: shape_of(hints[each.name]) for each in fields}
    required = {
        each.name
        for each in fields
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    }

    def write(value: Any) -> object:
        if not isinstance(value, kind):
            raise Mismatch(f"{kind.__name__} expected")
        written: dict[str, object] = {}
        for name, shape in shapes.items():
            try:
                written[name] = shape.write(getattr(value, name))
            except Mismatch as mismatch:
                raise mismatch.under(f".{name}") from None
        return written

    def read(value: object) -> Any:
        if not isinstance(value, dict):
            raise Mismatch("map expected")
        arguments: dict[str, object] = {}
        found = cast("dict[object, object]", value)
        for name, shape in shapes.items():
            try:
                if name in found:
                    arguments[name] = shape.read(found[name])
                elif name in required:
                    raise Mismatch("missing")
            except Mismatch as mismatch:
                raise mismatch.under(f".{name}") from None
        try:
            return kind(**arguments)
        except ValueError as error:
            raise Mismatch(str(error)) from None

    return Shape(kind, write, read)
