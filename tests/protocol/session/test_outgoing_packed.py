"""Blobs that go out packed, or by file."""

from __future__ import annotations

import zlib

import pytest

from tests.protocol.session.pairs import Pair, grey, pattern
from tests.protocol.session.sending import digest_of, raw_of
from velatura_protocol.messages import Blob, BlobCredit, BlobEnd, Chunk, Codec, Limits

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("length", [0, 1, 399, 400, 401, 5000])
def test_zlib_is_one_stream_and_keeps_to_the_window(length):
    pair = Pair()
    data = pattern(length)
    pair.client.send_blob("b1", *grey(length), data, codec=Codec.ZLIB)
    packed = b""
    unpacker = zlib.decompressobj()
    raw = b""
    while True:
        said = pair.said(pair.client)
        packed = raw_of(said)
        raw += unpacker.decompress(packed)
        assert all(len(each.data) <= 100 for each in said if isinstance(each, Chunk))
        assert len(raw) == min(length, len(raw))
        if isinstance(said[-1], BlobEnd):
            break
        # Everything that was granted has come through: nothing lingers in the packer.
        assert len(raw) % 400 == 0
        pair.tell_client(BlobCredit("b1", 400))
    assert raw == data
    assert unpacker.eof
    assert said[-1] == BlobEnd("b1", digest_of(data))


def test_packed_bytes_wait_for_their_turn_in_chunks():
    pair = Pair(Limits(message_bytes=2000, chunk_bytes=10))
    data = pattern(300)
    pair.client.send_blob("b1", *grey(300), data, codec=Codec.ZLIB)
    said = pair.said(pair.client)
    assert zlib.decompress(raw_of(said)) == data
    assert all(len(each.data) <= 10 for each in said if isinstance(each, Chunk))


def test_files_need_a_proven_folder():
    pair = Pair()
    with pytest.raises(RuntimeError, match="not proven"):
        pair.client.send_file_blob("b1", *grey(10))


def test_a_blob_by_file_is_a_header_and_an_end():
    pair = Pair(exchange=True)
    assert pair.client.files
    assert pair.server.files
    digest = digest_of(b"x")
    pair.client.send_file_blob("b1", *grey(10))
    pair.server.send_file_blob("b1", *grey(10), digest=digest)
    assert pair.said(pair.client) == [
        Blob("b1", *grey(10), 10, by_file=True),
        BlobEnd("b1"),
    ]
    assert pair.said(pair.server) == [
        Blob("b1", *grey(10), 10, digest=digest, by_file=True),
        BlobEnd("b1", digest),
    ]
