"""Messages and stored values to bytes and back.

``decode`` takes anything from anybody: it raises :class:`BadMessage` and nothing else, and builds
nothing before the message's structure is known to be within bounds.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast, get_args

from .codec_msgpack import packb, unpackb
from .errors import BadMessage
from .fields import is_identifier
from .messages import Chunk, Limits, Message
from .shapes import Mismatch, shape_of
from .structure import Malformed, check_structure

_T = TypeVar("_T")

_CHUNK_START = b"\x83\xa1t\xa5chunk\xa4blob"
_CHUNK_DATA = b"\xa4data\xc6"


def encode(message: Message) -> bytes:
    """One message as it goes over the wire.

    :raises BadMessage: a field breaks the rules of its type
    """
    if isinstance(message, Chunk):
        return _encode_chunk(message)
    fields = _written(type(message), message)
    return _pack({"t": message.t, **cast("dict[str, object]", fields)})


def decode(data: bytes, limits: Limits) -> Message:
    """The message that ``data`` is.

    The data of a chunk is a view of ``data``, not a copy.

    :raises BadMessage: it is none, or breaks a rule or a bound
    """
    if len(data) > limits.message_bytes:
        raise BadMessage(reason="message too long", at="$")
    chunk = _decode_chunk(data)
    if chunk is not None:
        return chunk
    found = _unpack(data)
    if not isinstance(found, dict):
        raise BadMessage(reason="map expected", at="$")
    name = cast("dict[object, object]", found).get("t")
    kind = _message_types().get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadMessage(reason="unknown message", at="$.t")
    return _read(kind, cast("object", found))


def encode_value(kind: type[_T], value: _T) -> bytes:
    """A dataclass, enum or tuple of them as bytes to keep; ``kind`` is its type.

    :raises BadMessage: a field breaks the rules of its type
    """
    return _pack(_written(kind, value))


def decode_value(kind: type[_T], data: bytes) -> _T:
    """What :func:`encode_value` made, by this version or an older one of the same major number.

    :raises BadMessage: it is not of this type
    """
    return _read(kind, _unpack(data))


@cache
def _message_types() -> dict[str, Any]:
    return {kind.t: kind for kind in get_args(Message)}


def _written(kind: Any, value: object) -> object:
    try:
        return shape_of(kind).write(value)
    except Mismatch as mismatch:
        raise BadMessage(reason=mismatch.reason, at="$" + mismatch.path) from None


def _read(kind: Any, found: object) -> Any:
    try:
        return shape_of(kind).read(found)
    except Mismatch as mismatch:
        raise BadMessage(reason=mismatch.reason, at="$" + mismatch.path) from None


def _pack(value: object) -> bytes:
    try:
        return packb(value)
    except UnicodeEncodeError:
        raise BadMessage(reason="text is not Unicode", at="$") from None


def _unpack(data: bytes) -> object:
    try:
        check_structure(data)
        return unpackb(data)
    except Malformed as malformed:
        raise BadMessage(reason=malformed.reason, at="$") from None
    except UnicodeDecodeError:
        raise BadMessage(reason="text is not Unicode", at="$") from None


# -- chunks ----------------------------------------------------------------------------------------
# They are nearly all of the traffic, and msgpack's pure fallback, which editors get, copies their
# bytes three times. Written by hand they are copied once on the way out and never on the way in.


def _encode_chunk(chunk: Chunk) -> bytes:
    name = chunk.blob.encode("ascii", "replace")
    if not is_identifier(chunk.blob):
        raise BadMessage(reason="not an id", at="$.blob")
    tag = bytes((0xA0 | len(name),)) if len(name) < 32 else bytes((0xD9, len(name)))
    size = memoryview(chunk.data).nbytes.to_bytes(4, "big")
    return b"".join((_CHUNK_START, tag, name, _CHUNK_DATA, size, chunk.data))


def _decode_chunk(data: bytes) -> Chunk | None:
    """The chunk, if it is written just as :func:`_encode_chunk` does; other spellings are legal,
    and left to the general way."""
    if not data.startswith(_CHUNK_START):
        return None
    at = len(_CHUNK_START)
    tag = data[at : at + 2]
    if len(tag) == 2 and tag[0] == 0xD9:
        start, length = at + 2, tag[1]
    else:
        start, length = at + 1, (tag[0] & 0x1F) if tag and tag[0] & 0xE0 == 0xA0 else 0
    name = data[start : start + length].decode("ascii", "replace")
    after = start + length + len(_CHUNK_DATA) + 4
    ends_right = len(data) - after == int.from_bytes(data[after - 4 : after], "big")
    if not is_identifier(name) or data[start + length : after - 4] != _CHUNK_DATA or not ends_right:
        return None
    return Chunk(name, memoryview(data)[after:])
