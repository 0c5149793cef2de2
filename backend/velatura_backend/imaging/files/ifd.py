"""TIFF's tag directories, which EXIF blocks consist of too: read, checked, patched, appended.

TIFF 6.0 (Adobe, 1992) and BigTIFF. Only structure: no pixels are read here.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_BYTES |= {16: 8, 17: 8, 18: 8}  # BigTIFF
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class BrokenDirectory(Exception):
    """Not a TIFF structure, or one that points outside its own bytes."""


@dataclass(frozen=True)
class Entry:
    """``at``: where the entry itself lies; ``start``: where its value lies."""

    tag: int
    type: int
    count: int
    at: int
    start: int

    @property
    def byte_count(self) -> int:
        return self.count * _TYPE_BYTES.get(self.type, 1)


@dataclass(frozen=True)
class Directory:
    """One image file directory. ``next_at`` is where the offset of the following one is written."""

    order: str
    big: bool
    entries: tuple[Entry, ...]
    next_at: int
    next: int

    def find(self, tag: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.tag == tag), None)

    def integers(self, data: bytes, tag: int) -> tuple[int, ...]:
        """The tag's values; none if it is missing or holds no unsigned integers."""
        entry = self.find(tag)
        if entry is None or entry.type not in _INTEGERS:
            return ()
        return struct.unpack_from(
            f"{self.order}{entry.count}{_INTEGERS[entry.type]}", data, entry.start
        )


def read_first_directory(data: bytes) -> Directory:
    """:raises BrokenDirectory:"""
    order, big, first = _read_header(data)
    return _guarded(data, order, big, first)


def read_directory(data: bytes, offset: int) -> Directory:
    """The directory at ``offset`` of the structure that ``data`` starts with.

    :raises BrokenDirectory:
    """
    order, big, _ = _read_header(data)
    return _guarded(data, order, big, offset)


def _read_header(data: bytes) -> tuple[str, bool, int]:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        raise BrokenDirectory("no TIFF header")
    version = struct.unpack_from(f"{order}H", data, 2)[0]
    if version == 42:
        return order, False, struct.unpack_from(f"{order}I", data, 4)[0]
    if version == 43 and len(data) >= 16:
        return order, True, struct.unpack_from(f"{order}Q", data, 8)[0]
    raise BrokenDirectory("unknown TIFF version")


def _guarded(data: bytes, order: str, big: bool, offset: int) -> Directory:
    try:
        return _read_at(data, order, big, offset)
    except (struct.error, OverflowError) as error:  # a BigTIFF offset may not even be an index
        raise BrokenDirectory("directory reaches past the end") from error


def _read_at(data: bytes, order: str, big: bool, offset: int) -> Directory:
    count = struct.unpack_from(f"{order}{'Q' if big else 'H'}", data, offset)[0]
    at = offset + (8 if big else 2)
    width = 20 if big else 12
    if at + count * width > len(data):
        raise BrokenDirectory("directory reaches past the end")
    entries = tuple(_read_entry(data, order, big, at + i * width) for i in range(count))
    next_at = at + count * width
    following = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, next_at)[0]
    return Directory(order, big, entries, next_at, following)


def _read_entry(data: bytes, order: str, big: bool, at: int) -> Entry:
    tag, kind, count = struct.unpack_from(f"{order}HH{'Q' if big else 'I'}", data, at)
    value_at, inline = (at + 12, 8) if big else (at + 8, 4)
    entry = Entry(tag, kind, count, at, value_at)
    if entry.byte_count <= inline:
        return entry
    start = struct.unpack_from(f"{order}{'Q' if big else 'I'}", data, value_at)[0]
    if start + entry.byte_count > len(data):
        raise BrokenDirectory(f"tag {tag} reaches past the end")
    return Entry(tag, kind, count, at, start)
