"""A blob on its way in."""

from __future__ import annotations

import hashlib

from tests.protocol.session.pairs import Pair, grey, pattern
from velatura_protocol.messages import Blob, Chunk
from velatura_protocol.session import BlobOpened

HEADER = Blob("b1", *grey(300), 300)
DATA = pattern(300)
DIGEST = hashlib.blake2b(DATA, digest_size=32).hexdigest()
CHUNKS = [Chunk("b1", DATA[at : at + 100]) for at in (0, 100, 200)]


def opened(header: Blob = HEADER) -> Pair:
    pair = Pair()
    assert pair.tell_server(header) == [BlobOpened(header)]
    return pair


def why(pair: Pair) -> object:
    assert pair.server.close_reason is not None
    return pair.server.close_reason.params.get("reason", pair.server.close_reason.params)
