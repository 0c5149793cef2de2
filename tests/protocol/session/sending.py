"""A blob on its way out."""

from __future__ import annotations

import hashlib

from tests.protocol.session.pairs import Pair
from velatura_protocol.codec import decode
from velatura_protocol.messages import Chunk, Limits, Message


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def next_of(pair: Pair) -> Message | None:
    data = pair.client.next_message()
    return None if data is None else decode(data, Limits())


def raw_of(messages: list[Message]) -> bytes:
    return b"".join(bytes(each.data) for each in messages if isinstance(each, Chunk))
