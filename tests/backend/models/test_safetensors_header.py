"""The head of a safetensors file: what is let in, what is refused and in which words."""

from __future__ import annotations

import contextlib
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.safetensors_files import safetensors_bytes
from velatura_backend.models.safetensors_header import (
    HEADER_LIMIT,
    FileSort,
    SafetensorsHeader,
    file_sort,
    parse_header,
    read_header,
    sort_of,
)
from velatura_protocol.errors import NotFound, UnreadableFile
from velatura_protocol.faults import ModelFault


def _parsed(content: bytes) -> SafetensorsHeader:
    return parse_header(io.BytesIO(content), len(content))


def _with_header(header: object, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def _described(**changes: object) -> dict[str, object]:
    return {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12], **changes}


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(safetensors_bytes({"a.weight": (2, 3), "b": (4,)}, {"format": "pt"}))
    header = read_header(path)
    assert {name: each.shape for name, each in header.tensors.items()} == {
        "a.weight": (2, 3),
        "b": (4,),
    }
    assert header.metadata == {"format": "pt"}
    assert header.data_start + max(each.end for each in header.tensors.values()) == (
        path.stat().st_size
    )


def test_scalars_empty_tensors_and_padding_are_allowed() -> None:
    header = {
        "scalar": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]},
        "empty": {"dtype": "F32", "shape": [0, 7], "data_offsets": [4, 4]},
        "halved": {"dtype": "F4", "shape": [4], "data_offsets": [4, 6]},
    }
    parsed = _parsed(_with_header(json.dumps(header).encode() + b"   ", b"123456"))
    assert set(parsed.tensors) == set(header)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "too short"),
        (b"\x10\0\0\0\0\0\0\0", "too short"),
        (b"\xff" * 8 + b"{}", "no header"),
        ((HEADER_LIMIT + 1).to_bytes(8, "little") + b"{}", "no header"),
        ((500).to_bytes(8, "little") + b"{}", "header cut off"),
        (_with_header(b"{" * 4000), "header is no JSON"),
        (_with_header(b'{"a": 1, "a": 1}'), "header is no JSON"),
        (_with_header(b"{\xff}"), "header is no JSON"),
        (_with_header({"__metadata__": {"a": 1}}), "metadata are not texts"),
        (_with_header({"__metadata__": []}), "metadata are not texts"),
        (_with_header({"a": 7}), "a tensor is not described"),
        (_with_header({"a": _described(dtype="F17")}), "a tensor's type is unknown"),
        (_with_header({"a": _described(dtype=["F16"])}), "a tensor's type is unknown"),
        (_with_header({"a": _described(shape=[2, -3])}), "a tensor is not described"),
        (_with_header({"a": _described(shape=[2.0, 3])}), "a tensor is not described"),
        (_with_header({"a": _described(shape=[True, 6])}), "a tensor is not described"),
        (_with_header({"a": _described(shape=[1] * 40)}), "a tensor is not described"),
        (_with_header({"a": _described(data_offsets=[12])}), "a tensor's place is not told"),
        (_with_header({"a": _described(data_offsets=[12, 0])}), "a tensor's place is not told"),
        (
            _with_header({"a": _described(data_offsets=[0, 11])}, bytes(11)),
            "a tensor's size does not fit its shape",
        ),
        (_with_header({"a": _described()}, bytes(11)), "tensors cut off"),
        (_with_header({"a": _described()}, bytes(13)), "bytes after the tensors"),
        (_with_header({"a": _described(), "b": _described()}, bytes(12)), "tensors overlap"),
        (
            _with_header({"a": _described(data_offsets=[4, 16])}, bytes(16)),
            "bytes between tensors",
        ),
    ],
)
def test_what_is_not_whole_is_refused(content: bytes, detail: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        _parsed(content)
    is_cut_off = "cut off" in detail or detail == "too short"
    reason = ModelFault.CUT_OFF if is_cut_off else ModelFault.BAD_HEADER
    assert caught.value.params == {"reason": reason.value, "detail": detail}


@pytest.mark.parametrize(
    "content", [b"\x80\x02}q\x00X\x01\x00\x00\x00a", b"PK\x03\x04" + bytes(30)]
)
def test_a_pickle_is_called_one(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as caught:
        _parsed(content)
    assert caught.value.params == {"reason": ModelFault.PICKLE.value}


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_header(tmp_path / "none.safetensors")
    with pytest.raises(UnreadableFile):
        read_header(tmp_path)


@pytest.mark.parametrize(
    ("start", "sort"),
    [
        (safetensors_bytes({"a": (1,)}, {})[:16], FileSort.SAFETENSORS),
        (b"GGUF\x03\0\0\0", FileSort.GGUF),
        (b"\x80\x02}q\0", FileSort.PICKLE),
        (b"PK\x03\x04", FileSort.PICKLE),
        (b"(dp0\nS'a'", FileSort.PICKLE),
        (b"", FileSort.OTHER),
        (b"<html>", FileSort.OTHER),
    ],
)
def test_files_are_told_by_their_first_bytes(start: bytes, sort: FileSort, tmp_path: Path) -> None:
    assert sort_of(start) is sort
    (tmp_path / "model.safetensors").write_bytes(start)
    assert file_sort(tmp_path / "model.safetensors") is sort


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        assert _parsed(content).data_start <= len(content)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
_ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(["F16", "F4", "BOOL", "X"]) | _JSON,
        "shape": st.lists(st.integers(-1, 2**70), max_size=5) | _JSON,
        "data_offsets": st.lists(st.integers(-1, 2**70), max_size=3) | _JSON,
    },
)


@given(st.dictionaries(st.text(max_size=6), _ENTRIES | _JSON, max_size=5), st.binary(max_size=40))
def test_any_header_is_read_or_refused(header: dict[str, object], data: bytes) -> None:
    content = _with_header(header, data)
    try:
        parsed = _parsed(content)
    except UnreadableFile:
        return
    covered = sum(each.end - each.begin for each in parsed.tensors.values())
    assert covered == len(content) - parsed.data_start


@given(st.data())
def test_a_bit_turned_over_is_refused_or_harmless(data: st.DataObject) -> None:
    whole = bytearray(safetensors_bytes({"a": (2, 3), "b": (4,)}, {}))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    try:
        parsed = _parsed(bytes(whole))
    except UnreadableFile:
        return
    assert sum(each.end - each.begin for each in parsed.tensors.values()) == 40


def test_what_a_header_claims_is_not_allocated() -> None:
    """Lengths and shapes of exabytes cost nothing."""
    claims = [
        _with_header({"a": _described(shape=[2**47, 2**47], data_offsets=[0, 2**47])}),
        (HEADER_LIMIT).to_bytes(8, "little") + b"{",
        (2**63).to_bytes(8, "little") + b"{",
    ]
    tracemalloc.start()
    for claim in claims:
        with pytest.raises(UnreadableFile):
            _parsed(claim)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
