from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.images import make_exif, read_exif
from velatura_backend.imaging.files.ifd import BrokenDirectory
from velatura_backend.imaging.files.tag_tree import TagTree, encode, read_tree, to_block


def big_endian_block() -> bytes:
    """One short, one rational, a text of odd length and a maker's own type 7 value."""
    entries = struct.pack(">HHIHxx", 0x0112, 3, 1, 6)
    body_at = 8 + 2 + 4 * 12 + 4
    entries += struct.pack(">HHII", 0x010E, 2, 5, body_at)
    entries += struct.pack(">HHII", 0x011A, 5, 1, body_at + 6)
    entries += struct.pack(">HHI4s", 0x927C, 7, 4, b"\x01\x02\x03\x04")
    body = b"pier\0\0" + struct.pack(">II", 300, 7)
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", 4) + entries + bytes(4) + body


def test_byte_order_is_changed_by_type_and_nothing_else():
    block = to_block(read_tree(big_endian_block()))
    tree = read_tree(block)
    assert block.startswith(b"II*\0")
    assert tree.tags[0x0112].value == struct.pack("<H", 6)
    assert tree.tags[0x011A].value == struct.pack("<II", 300, 7)
    assert tree.tags[0x010E].value == b"pier\0"
    assert tree.tags[0x927C].value == b"\x01\x02\x03\x04"


def test_another_reader_finds_the_same():
    original = make_exif(6, "the pier")
    first, *nested = read_exif(to_block(read_tree(original)))
    first_before, *nested_before = read_exif(original)
    assert nested == nested_before
    pointers = (0x8769, 0x8825)
    assert {tag: first[tag] for tag in first if tag not in pointers} == {
        tag: first_before[tag] for tag in first_before if tag not in pointers
    }


def test_values_follow_the_place_the_directory_lies_at():
    tree = read_tree(make_exif())
    moved = b"II*\0" + struct.pack("<I", 1000) + bytes(992) + encode(tree, 1000)
    assert read_tree(moved) == tree


def test_choosing_tags_leaves_nested_ones():
    tree = read_tree(make_exif())
    assert set(tree.only([0x010E, 9]).tags) == {0x010E}
    assert set(tree.without([0x010E]).tags) == set(tree.tags) - {0x010E}
    assert tree.only([]).nested == tree.nested
    assert not TagTree()
    assert tree


def test_a_circle_is_noticed():
    pointer_to_itself = struct.pack("<HHII", 0x8769, 4, 1, 8)
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + pointer_to_itself + bytes(4)
    with pytest.raises(BrokenDirectory):
        read_tree(block)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_is_noticed_or_copied(data):
    block = bytearray(make_exif())
    for _ in range(data.draw(st.integers(1, 6))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    try:
        tree = read_tree(bytes(block))
    except BrokenDirectory:
        return
    assert read_tree(to_block(tree)) == tree
