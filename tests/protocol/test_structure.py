from __future__ import annotations

import contextlib
import struct

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velatura_protocol.structure import (
    MAX_ARRAY,
    MAX_MAP,
    MAX_VALUES,
    Malformed,
    check_structure,
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=300)
    | st.binary(max_size=300),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=40), inner),
    max_leaves=40,
)


@settings(deadline=None)
@given(values)
def test_whatever_msgpack_writes_is_well_formed(value):
    check_structure(msgpack.packb(value))


@settings(deadline=None)
@given(values, st.data())
def test_a_part_of_it_is_not(value, data):
    whole = msgpack.packb(value)
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(Malformed):
        check_structure(part)
    with pytest.raises(Malformed, match="goes on"):
        check_structure(whole + b"\xc0")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_it_agrees_with_msgpack(data):
    """What passes here unpacks there, but for text that is not Unicode."""
    try:
        check_structure(data)
    except Malformed:
        return
    with contextlib.suppress(UnicodeDecodeError):
        msgpack.unpackb(data)


@pytest.mark.parametrize("tag", range(0xC0, 0xE0))
def test_every_tag_has_its_length(tag):
    """Filled up with zeros a header of any tag is whole at one length, that msgpack agrees with."""
    refused = tag == 0xC1 or 0xC7 <= tag <= 0xC9 or 0xD4 <= tag <= 0xD8
    lengths = [n for n in range(1, 12) if _is_whole(bytes([tag]) + bytes(n - 1))]
    assert len(lengths) == (0 if refused else 1)
    if lengths:
        msgpack.unpackb(bytes([tag]) + bytes(lengths[0] - 1))


def _is_whole(data: bytes) -> bool:
    try:
        check_structure(data)
    except Malformed:
        return False
    return True


def test_bounds_are_exact():
    check_structure(b"\xdc" + struct.pack(">H", MAX_ARRAY) + b"\xc0" * MAX_ARRAY)
    with pytest.raises(Malformed, match="list too long"):
        check_structure(b"\xdc" + struct.pack(">H", MAX_ARRAY + 1) + b"\xc0" * (MAX_ARRAY + 1))
    check_structure(b"\xde" + struct.pack(">H", MAX_MAP) + b"\xa0\xc0" * MAX_MAP)
    with pytest.raises(Malformed, match="map too long"):
        check_structure(b"\xde" + struct.pack(">H", MAX_MAP + 1) + b"\xa0\xc0" * (MAX_MAP + 1))


def test_values_are_counted_over_all_containers():
    rows, columns = 128, MAX_VALUES // 128
    row = b"\xdc" + struct.pack(">H", columns) + b"\xc0" * columns
    with pytest.raises(Malformed, match="too many values"):
        check_structure(b"\xdc" + struct.pack(">H", rows) + row * rows)


def test_malformed_says_where():
    with pytest.raises(Malformed) as caught:
        check_structure(b"\x92\xc0\xc1")
    assert (caught.value.reason, caught.value.position) == ("a type that is not used here", 2)
