"""A look at a msgpack message before anything is built of it.

msgpack's own limits bound each container, not their product: four megabytes of nested empty lists
would become a quarter of a gigabyte of objects. This walk over the headers costs less than a
microsecond a value, skips what strings and buffers hold, and allocates nothing but its stack.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

MAX_DEPTH = 16
MAX_VALUES = 262_144
MAX_ARRAY = 4096
MAX_MAP = 1024
MAX_TEXT = 65_536
_MAX_TEXT_BYTES = 4 * MAX_TEXT


class Malformed(Exception):
    """``reason``, and the byte it was seen at."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} at byte {position}")
        self.reason = reason
        self.position = position


class _Tag(NamedTuple):
    """What a value's first byte says.

    ``length`` counts bytes, or members of ``size`` values each in a container (1 in an array, 2 in
    a map, 0 elsewhere). If ``length_bytes`` follow they count instead. A length over ``most`` is
    refused, as ``reason``. A tuple of plain values: this is read once for every value.
    """

    size: int
    is_text: bool
    length: int
    length_bytes: int
    most: int
    reason: str


def _plain(length: int = 0, length_bytes: int = 0) -> _Tag:
    return _Tag(0, False, length, length_bytes, 2**32, "")


def _text(length: int = 0, length_bytes: int = 0) -> _Tag:
    return _Tag(0, True, length, length_bytes, _MAX_TEXT_BYTES, "text too long")


def _array(length: int = 0, length_bytes: int = 0) -> _Tag:
    return _Tag(1, False, length, length_bytes, MAX_ARRAY, "list too long")


def _map(length: int = 0, length_bytes: int = 0) -> _Tag:
    return _Tag(2, False, length, length_bytes, MAX_MAP, "map too long")


@cache
def _tags() -> tuple[_Tag, ...]:
    """One for each first byte, in the order of the msgpack specification's table of formats."""
    refused = _Tag(0, False, 0, 0, -1, "a type that is not used here")
    return (
        *(_plain() for _ in range(0x80)),
        *(_map(count) for count in range(16)),
        *(_array(count) for count in range(16)),
        *(_text(count) for count in range(32)),
        *(_plain(), refused, _plain(), _plain()),
        *(_plain(length_bytes=count) for count in (1, 2, 4)),
        *(refused for _ in range(3)),
        *(_plain(count) for count in (4, 8, 1, 2, 4, 8, 1, 2, 4, 8)),
        *(refused for _ in range(5)),
        *(_text(length_bytes=count) for count in (1, 2, 4)),
        *(_array(length_bytes=count) for count in (2, 4)),
        *(_map(length_bytes=count) for count in (2, 4)),
        *(_plain() for _ in range(32)),
    )


def check_structure(data: bytes) -> None:
    """One msgpack value, all of ``data``, within the bounds above; text keys, no extension types.

    :raises Malformed: it is not
    """
    tags = _tags()
    position, values, end = 0, 0, len(data)
    missing, in_map = 1, False
    stack: list[tuple[int, bool]] = []
    while True:
        while missing == 0:
            if not stack:
                if position != end:
                    raise Malformed("goes on after its end", position)
                return
            missing, in_map = stack.pop()
        if position >= end:
            raise Malformed("ends too early", end)
        if values == MAX_VALUES:
            raise Malformed("too many values", position)
        values += 1
        size, is_text, length, length_bytes, most, reason = tags[data[position]]
        start = position + 1 + length_bytes
        if length_bytes:
            length = int.from_bytes(data[position + 1 : start], "big")
        if length > most:
            raise Malformed(reason, position)
        if in_map and not is_text and missing % 2 == 0:
            raise Malformed("a key is not text", position)
        missing -= 1
        if size:
            stack.append((missing, in_map))
            if len(stack) > MAX_DEPTH:
                raise Malformed("nested too deep", position)
            missing, in_map, length = size * length, size == 2, 0
        position = start + length
        if position > end:
            raise Malformed("ends too early", end)
