"""EXIF as a tree of tags with raw values, carried between blocks and TIFF files.

Values are copied, never interpreted: unknown tags and maker notes come through, and damage cannot
raise more than :class:`~.ifd.BrokenDirectory`. Only byte order is changed, by the tag's type.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from .ifd import BrokenDirectory, Directory, Entry, read_directory, read_first_directory

_POINTERS = (0x8769, 0x8825, 0xA005)
"""EXIF, GPS and, inside EXIF, interoperability: tags whose value is where a directory lies."""

_UNIT_BYTES = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
_LONG = 4
_HEADER = b"II*\0\x08\0\0\0"


@dataclass(frozen=True)
class RawTag:
    """``value``: the tag's bytes, little-endian."""

    type: int
    count: int
    value: bytes


@dataclass
class TagTree:
    tags: dict[int, RawTag] = field(default_factory=dict[int, RawTag])
    nested: dict[int, TagTree] = field(default_factory=dict[int, "TagTree"])

    def __bool__(self) -> bool:
        return bool(self.tags or self.nested)

    def only(self, wanted: Iterable[int]) -> TagTree:
        """The tree with these of its own tags, and everything nested."""
        return TagTree({tag: self.tags[tag] for tag in wanted if tag in self.tags}, self.nested)

    def without(self, unwanted: Iterable[int]) -> TagTree:
        """The tree without these of its own tags, and everything nested."""
        return self.only(self.tags.keys() - set(unwanted))


def read_tree(data: bytes) -> TagTree:
    """The first directory of a TIFF structure, with the EXIF and GPS directories in it.

    :raises BrokenDirectory: it or a nested one reaches past the end
    """
    return _read(data, read_first_directory(data))


def _read(data: bytes, directory: Directory, depth: int = 0) -> TagTree:
    if depth > 2:
        raise BrokenDirectory("directories nested in a circle")
    tree = TagTree()
    for entry in directory.entries:
        if entry.tag not in _POINTERS:
            tree.tags[entry.tag] = _read_tag(data, directory.order, entry)
            continue
        offsets = directory.integers(data, entry.tag)
        if len(offsets) == 1:
            tree.nested[entry.tag] = _read(data, read_directory(data, offsets[0]), depth + 1)
    return tree


def _read_tag(data: bytes, order: str, entry: Entry) -> RawTag:
    value = data[entry.start : entry.start + entry.byte_count]
    unit = _UNIT_BYTES.get(entry.type, 1)
    if order == ">" and unit > 1:
        pieces = (value[i : i + unit][::-1] for i in range(0, len(value), unit))
        value = b"".join(pieces)
    return RawTag(entry.type, entry.count, value)


def to_block(tree: TagTree) -> bytes:
    """The tree as an EXIF block (a TIFF structure without pixels)."""
    return _HEADER + encode(tree, len(_HEADER))


def encode(tree: TagTree, start: int) -> bytes:
    """The tree's directory and everything it points to, little-endian, to lie at ``start``."""
    numbers = sorted({*tree.tags, *tree.nested})
    body_start = start + 2 + 12 * len(numbers) + 4
    entries, body = b"", b""
    for number in numbers:
        at = body_start + len(body)
        tag = tree.tags.get(number)
        if tag is None:
            entries += struct.pack("<HHII", number, _LONG, 1, at)
            body += _even(encode(tree.nested[number], at))
        elif len(tag.value) <= 4:
            entries += struct.pack("<HHI", number, tag.type, tag.count) + tag.value.ljust(4, b"\0")
        else:
            entries += struct.pack("<HHII", number, tag.type, tag.count, at)
            body += _even(tag.value)
    return struct.pack("<H", len(numbers)) + entries + bytes(4) + body


def _even(data: bytes) -> bytes:
    """Directories and values begin on a word."""
    return data + bytes(len(data) % 2)
