from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.images import make_exif
from tests.support.tiffs import make_tiff
from velatura_backend.imaging.files.ifd import (
    BrokenDirectory,
    read_directory,
    read_first_directory,
)

TIFF = make_tiff(np.zeros((3, 5, 3), np.uint8))


@pytest.mark.parametrize("order", ["<", ">"])
def test_tags_are_read_in_both_byte_orders(order):
    data = make_tiff(np.zeros((3, 5, 3), np.uint16), order=order)
    directory = read_first_directory(data)
    assert directory.integers(data, 256) == (5,)
    assert directory.integers(data, 258) == (16, 16, 16)
    assert directory.integers(data, 9999) == ()
    assert directory.next == 0


def test_bigtiff():
    entry = struct.pack("<HHQQ", 256, 16, 1, 77)
    data = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1) + entry + bytes(8)
    directory = read_first_directory(data)
    assert directory.big
    assert directory.integers(data, 256) == (77,)


def test_an_offset_beyond_everything():
    with pytest.raises(BrokenDirectory):
        read_first_directory(b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(20))


def test_a_following_directory():
    exif = make_exif()
    first = read_first_directory(exif)
    nested = read_directory(exif, first.integers(exif, 0x8769)[0])
    assert nested.find(0x829A) is not None


def test_an_empty_directory():
    assert read_first_directory(b"II*\0\x08\0\0\0" + bytes(6)).entries == ()


def test_text_is_no_integer():
    exif = make_exif(description="a long description")
    directory = read_first_directory(exif)
    assert directory.find(0x010E) is not None
    assert directory.integers(exif, 0x010E) == ()


@pytest.mark.parametrize("data", [b"", b"II*\0", b"XX*\0" + bytes(20), b"II\x2c\0" + bytes(20)])
def test_no_tiff_structure(data):
    with pytest.raises(BrokenDirectory):
        read_first_directory(data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_is_noticed_or_harmless(data):
    damaged = bytearray(TIFF[: data.draw(st.integers(0, len(TIFF)))])
    for _ in range(data.draw(st.integers(0, 5))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        directory = read_first_directory(bytes(damaged))
    except BrokenDirectory:
        return
    for entry in directory.entries:
        directory.integers(bytes(damaged), entry.tag)
