"""The head of a safetensors file, held to the format before anything else reads the file.

The format (github.com/huggingface/safetensors, "Format"): eight bytes with the header's length,
little-endian; the header, JSON; then the tensors' bytes, which the offsets in the header have to
cover from end to end, without holes and without overlaps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from velatura_protocol.errors import NotFound, UnreadableFile
from velatura_protocol.faults import ModelFault

HEADER_LIMIT = 32 * 1024 * 1024
"""The library's own limit is 100 MB; the largest headers seen, training notes and all, are 3 MB."""

_CUT_OFF = frozenset(("too short", "header cut off", "tensors cut off"))
MOST_TENSORS = 200_000
_MOST_DIMENSIONS = 16
_LONGEST_SIDE = 2**48

_BITS: Mapping[str, int] = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip


class FileSort(Enum):
    """What the first bytes of a file say; a suffix says nothing."""

    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    PICKLE = "pickle"
    """PyTorch's own formats: running one runs whatever program is in it."""
    OTHER = "other"


@dataclass(frozen=True)
class Tensor:
    """``begin`` and ``end``: bytes from the start of the file's data, not of the file."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True)
class SafetensorsHeader:
    """``data_start``: where in the file the tensors' bytes begin."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    data_start: int = 8


def file_sort(path: Path) -> FileSort:
    """:raises NotFound, UnreadableFile: there is no such file, or it cannot be opened"""
    with _opened(path) as file:
        return sort_of(file.read(16))


def sort_of(start: bytes) -> FileSort:
    """``start``: the file's first 16 bytes, or all it has."""
    if start[:4] == b"GGUF":
        return FileSort.GGUF
    is_zip = start[:4] == b"PK\x03\x04"
    # Protocol 0 and 1 have no mark of their own; a pickle of tensors begins with a tuple or a name.
    is_pickle = start[:1] == b"\x80" and 2 <= start[1:2].ljust(1, b"\0")[0] <= 5
    is_safetensors = start[8:9] == b"{" and int.from_bytes(start[:8], "little") <= HEADER_LIMIT
    if is_safetensors:
        return FileSort.SAFETENSORS
    if is_zip or is_pickle or start[:1] in (b"(", b"c", b"]", b"}"):
        return FileSort.PICKLE
    return FileSort.OTHER


def read_header(path: Path) -> SafetensorsHeader:
    """Reads the head alone, however large the file.

    :raises NotFound: there is no such file
    :raises UnreadableFile: it cannot be opened, or is not a whole safetensors file; ``reason`` and
        ``detail`` say in which point
    """
    with _opened(path) as file:
        size = file.seek(0, 2)
        file.seek(0)
        return parse_header(file, size)


def parse_header(file: BinaryIO, size: int) -> SafetensorsHeader:
    """The same of ``file``, read from its start; ``size`` is all of it in bytes.

    :raises UnreadableFile: as :func:`read_header`
    """
    start = file.read(9)
    if len(start) < 9:
        _refuse("too short")
    length = int.from_bytes(start[:8], "little")
    if start[8:] != b"{" or length > HEADER_LIMIT or length < 2:
        if sort_of(start) is FileSort.PICKLE:
            raise UnreadableFile(reason=ModelFault.PICKLE)
        _refuse("no header")
    if 8 + length > size:
        _refuse("header cut off")
    text = b"{" + file.read(length - 1)
    if len(text) != length:
        _refuse("header cut off")
    fields = _fields(text)
    metadata = _metadata(fields.pop("__metadata__", None))
    if len(fields) > MOST_TENSORS:
        _refuse("too many tensors")
    tensors = {name: _tensor(entry) for name, entry in fields.items()}
    _check_cover(tensors.values(), size - 8 - length)
    return SafetensorsHeader(tensors, metadata, 8 + length)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(what="file", id=path.name) from error
    except OSError as error:
        raise UnreadableFile(reason=ModelFault.UNREADABLE, detail=type(error).__name__) from error


def _refuse(detail: str) -> NoReturn:
    reason = ModelFault.CUT_OFF if detail in _CUT_OFF else ModelFault.BAD_HEADER
    raise UnreadableFile(reason=reason, detail=detail)


def _fields(text: bytes) -> dict[str, object]:
    try:
        fields: object = json.loads(text.decode("utf-8"), object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        _refuse("header is no JSON")
    if not isinstance(fields, dict):
        _refuse("header is no JSON")
    return cast("dict[str, object]", fields)


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A name given twice would be one tensor to us and another one to another reader."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name occurs twice")
    return fields


def _metadata(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        _refuse("metadata are not texts")
    entries = cast("dict[str, object]", given)
    if not all(isinstance(value, str) for value in entries.values()):
        _refuse("metadata are not texts")
    return cast("dict[str, str]", entries)


def _tensor(given: object) -> Tensor:
    if not isinstance(given, dict):
        _refuse("a tensor is not described")
    entry = cast("dict[str, object]", given)
    dtype = entry.get("dtype")
    if not isinstance(dtype, str) or dtype not in _BITS:
        _refuse("a tensor's type is unknown")
    shape = _whole_numbers(entry.get("shape"), _MOST_DIMENSIONS)
    offsets = _whole_numbers(entry.get("data_offsets"), 2)
    if len(offsets) != 2 or offsets[0] > offsets[1]:
        _refuse("a tensor's place is not told")
    bits = _BITS[dtype]
    for side in shape:
        bits *= side
    if bits != 8 * (offsets[1] - offsets[0]):
        _refuse("a tensor's size does not fit its shape")
    return Tensor(dtype, shape, *offsets)


def _whole_numbers(given: object, most: int) -> tuple[int, ...]:
    if not isinstance(given, list):
        _refuse("a tensor is not described")
    numbers = cast("list[object]", given)
    if len(numbers) > most or not all(
        type(each) is int and 0 <= each < _LONGEST_SIDE for each in numbers
    ):
        _refuse("a tensor is not described")
    return tuple(cast("list[int]", numbers))


def _check_cover(tensors: Iterable[Tensor], size: int) -> None:
    end = 0
    for each in sorted(tensors, key=lambda tensor: (tensor.begin, tensor.end)):
        if each.begin != end:
            _refuse("tensors overlap" if each.begin < end else "bytes between tensors")
        end = each.end
    if end != size:
        _refuse("tensors cut off" if end > size else "bytes after the tensors")
