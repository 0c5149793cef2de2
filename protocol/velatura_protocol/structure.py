"""A look at a msgpack message before anything is built of it.

msgpack's own limits bound each container, not their product: four megabytes of nested empty lists
would become a quarter of a gigabyte of objects. This walk over the headers costs less than a
microsecond a value, skips what strings and buffers hold, and allocates nothing but its stack.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

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


class _Kind(Enum):
    PLAIN = 0
    TEXT = 1
    BYTES = 2
    ARRAY = 3
    MAP = 4
    REFUSED = 5


@dataclass(frozen=True)
class _Tag:
    """``length_bytes`` follow the tag and count bytes or members; without them ``length`` does."""

    kind: _Kind
    length: int = 0
    length_bytes: int = 0


def _tag(byte: int) -> _Tag:
    if byte < 0x80 or byte >= 0xE0 or byte in (0xC0, 0xC2, 0xC3):
        return _Tag(_Kind.PLAIN)
    if byte < 0x90:
        return _Tag(_Kind.MAP, byte & 0x0F)
    if byte < 0xA0:
        return _Tag(_Kind.ARRAY, byte & 0x0F)
    if byte < 0xC0:
        return _Tag(_Kind.TEXT, byte & 0x1F)
    if 0xC4 <= byte <= 0xC6:
        return _Tag(_Kind.BYTES, 0, 1 << (byte - 0xC4))
    if 0xD9 <= byte <= 0xDB:
        return _Tag(_Kind.TEXT, 0, 1 << (byte - 0xD9))
    if byte in (0xDC, 0xDD):
        return _Tag(_Kind.ARRAY, 0, 2 << (byte - 0xDC))
    if byte in (0xDE, 0xDF):
        return _Tag(_Kind.MAP, 0, 2 << (byte - 0xDE))
    numbers = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
    numbers |= {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
    if byte in numbers:
        return _Tag(_Kind.PLAIN, numbers[byte])
    return _Tag(_Kind.REFUSED)


@cache
def _tags() -> tuple[_Tag, ...]:
    return tuple(_tag(byte) for byte in range(256))


def check_structure(data: bytes) -> None:
    """One msgpack value, all of ``data``, within the bounds above; text keys, no extension types.

    :raises Malformed: it is not
    """
    position = 0
    values = 0
    stack = [(1, False)]
    while stack:
        missing, in_map = stack.pop()
        if missing == 0:
            continue
        stack.append((missing - 1, in_map))
        values += 1
        if values > MAX_VALUES:
            raise Malformed("too many values", position)
        kind, length, start = _header(data, position)
        if in_map and missing % 2 == 0 and kind is not _Kind.TEXT:
            raise Malformed("a key is not text", position)
        if kind is _Kind.ARRAY or kind is _Kind.MAP:
            if len(stack) > MAX_DEPTH:
                raise Malformed("nested too deep", position)
            is_map = kind is _Kind.MAP
            stack.append((2 * length if is_map else length, is_map))
            length = 0
        position = start + length
        if position > len(data):
            raise Malformed("ends too early", len(data))
    if position != len(data):
        raise Malformed("goes on after its end", position)


def _header(data: bytes, position: int) -> tuple[_Kind, int, int]:
    """What begins at ``position``: its kind, its length, and where its contents start."""
    if position >= len(data):
        raise Malformed("ends too early", position)
    tag = _tags()[data[position]]
    start = position + 1 + tag.length_bytes
    length = tag.length
    if tag.length_bytes:
        length = int.from_bytes(data[position + 1 : start], "big")
    if tag.kind is _Kind.REFUSED:
        raise Malformed("a type that is not used here", position)
    if tag.kind is _Kind.TEXT and length > _MAX_TEXT_BYTES:
        raise Malformed("text too long", position)
    if tag.kind is _Kind.ARRAY and length > MAX_ARRAY:
        raise Malformed("list too long", position)
    if tag.kind is _Kind.MAP and length > MAX_MAP:
        raise Malformed("map too long", position)
    return tag.kind, length, start
