from __future__ import annotations

import pytest

from tests.protocol.session.pairs import SMALL, Collector, Pair, grey, pattern
from tests.protocol.session.sending import digest_of, next_of, raw_of
from velatura_protocol.codec import decode
from velatura_protocol.errors import Cancelled, DiskFull, ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    Cancel,
    Chunk,
    ErrorInfo,
    Limits,
    Progress,
)
from velatura_protocol.session import BlobFailed, BlobKnown, BlobOpened, BlobRejected, BlobSent
from velatura_protocol.session.outgoing import OutgoingBlob

MEGABYTE = 1024 * 1024


def test_header_chunks_end():
    pair = Pair()
    data = pattern(250)
    pair.client.send_blob("b1", *grey(250), data)
    header, *chunks, end = pair.said(pair.client)
    assert header == Blob("b1", *grey(250), 250)
    assert [len(each.data) for each in chunks] == [100, 100, 50]
    assert raw_of(chunks) == data
    assert end == BlobEnd("b1", digest_of(data))
    assert pair.client.take_events() == [BlobSent("b1", digest_of(data))]
    assert pair.client.sending == 0


def test_an_empty_blob_has_no_chunks():
    pair = Pair()
    pair.client.send_blob("b1", *grey(0), b"")
    assert pair.said(pair.client) == [
        Blob("b1", *grey(0), 0),
        BlobEnd("b1", digest_of(b"")),
    ]


def test_no_more_than_the_window_goes_out_before_credit_comes():
    pair = Pair()
    data = pattern(1000)
    pair.client.send_blob("b1", *grey(1000), data)
    assert len(raw_of(pair.said(pair.client))) == SMALL.window_bytes
    pair.tell_client(BlobCredit("b1", 30))
    assert raw_of(pair.said(pair.client)) == data[400:430]
    pair.tell_client(BlobCredit("b1", 10_000))
    assert raw_of(pair.said(pair.client)) == data[430:]


def test_with_a_digest_the_peer_is_asked_first():
    pair = Pair()
    data = pattern(50)
    pair.client.send_blob("b1", *grey(50), data, digest=digest_of(data))
    assert pair.said(pair.client) == [Blob("b1", *grey(50), 50, digest=digest_of(data))]
    pair.tell_client(BlobCredit("b1", 50))
    assert pair.said(pair.client) == [Chunk("b1", data), BlobEnd("b1", digest_of(data))]


def test_what_the_peer_has_is_not_sent_again():
    pair = Pair()
    data = pattern(50)
    pair.client.send_blob("b1", *grey(50), data, digest=digest_of(data))
    pair.said(pair.client)
    assert pair.tell_client(BlobHave("b1")) == [BlobKnown("b1")]
    assert pair.said(pair.client) == [BlobEnd("b1", digest_of(data))]
    assert not pair.client.is_sending("b1")


def test_blobs_take_turns():
    pair = Pair()
    pair.client.send_blob("b1", *grey(200), pattern(200))
    pair.client.send_blob("b2", *grey(150), pattern(150))
    said = pair.said(pair.client)
    order = [each.blob for each in said if isinstance(each, Chunk)]
    assert order == ["b1", "b2", "b1", "b2"]


def test_a_blob_without_credit_does_not_hold_up_another():
    pair = Pair()
    pair.client.send_blob("b1", *grey(50), pattern(50), digest=digest_of(b"other"))
    pair.client.send_blob("b2", *grey(150), pattern(150))
    assert raw_of(pair.said(pair.client)) == pattern(150)


def test_background_blobs_go_when_nothing_else_can():
    pair = Pair()
    pair.server.send_blob("preview", *grey(300), pattern(300), background=True)
    pair.server.send_blob("result", *grey(300), pattern(300))
    order = [each.blob for each in pair.said(pair.server) if isinstance(each, Chunk)]
    assert order == ["result"] * 3 + ["preview"] * 3


def test_a_cancel_passes_between_chunks_of_a_large_blob():
    pair = Pair(Limits())
    data = bytes(48 * MEGABYTE)
    pair.client.send_blob("b1", *grey(len(data)), data)
    sink = Collector()
    sent = 0
    while sent < 24 * MEGABYTE:
        message = pair.client.next_message()
        assert message is not None
        for event in pair.server.receive(message):
            assert isinstance(event, BlobOpened)
            pair.server.accept_blob("b1", sink, immediate=True)
        while (credit := pair.server.next_message()) is not None:
            pair.client.receive(credit)
        sent += len(message)
    pair.client.send(Cancel("j"))
    assert next_of(pair) == Cancel("j")
    assert isinstance(next_of(pair), Chunk)


def test_progress_passes_between_chunks_of_a_result():
    pair = Pair()
    pair.server.send_blob("r", *grey(300), pattern(300))
    pair.server.next_message()
    pair.server.next_message()
    progress = Progress("j", 1, Phase.DELIVERING, 0.5)
    pair.server.send(progress)
    assert decode(pair.server.next_message() or b"", Limits()) == progress


def test_a_dropped_blob_ends_with_an_abort_and_frees_its_data():
    pair = Pair()
    data = bytearray(300)
    pair.client.send_blob("b1", *grey(300), data)
    next_of(pair)
    next_of(pair)
    assert pair.client.is_sending("b1")
    assert pair.client.drop_blob("b1")
    data += b"resized: nobody holds a view"
    abort = BlobAbort("b1", ErrorInfo.of(Cancelled()))
    assert pair.said(pair.client) == [abort]
    assert not pair.client.drop_blob("b1")


def test_a_blob_dropped_under_way_fails_at_the_other_end():
    pair = Pair()
    pair.client.send_blob("b1", *grey(1000), pattern(1000))
    pair.flow()
    pair.server.accept_blob("b1", Collector())
    pair.client.drop_blob("b1")
    assert pair.flow()[1] == [BlobFailed("b1", ErrorInfo.of(Cancelled()))]


def test_a_peer_that_does_not_want_it_gets_the_last_word_and_no_more():
    pair = Pair()
    pair.client.send_blob("b1", *grey(1000), pattern(1000))
    pair.said(pair.client)
    error = ErrorInfo.of(DiskFull())
    told = pair.tell_client(BlobAbort("b1", error, by_sender=False))
    assert told == [BlobRejected("b1", error)]
    [last] = pair.said(pair.client)
    assert isinstance(last, BlobAbort)
    assert last.by_sender


def test_what_crosses_with_the_end_is_ignored():
    pair = Pair()
    pair.client.send_blob("b1", *grey(10), pattern(10))
    pair.said(pair.client)
    pair.client.take_events()
    assert pair.tell_client(BlobCredit("b1", 5)) == []
    assert pair.tell_client(BlobHave("b1")) == []
    error = ErrorInfo(ErrorCode.BAD_MESSAGE)
    told = pair.tell_client(BlobAbort("b1", error, by_sender=False))
    assert told == [BlobRejected("b1", error)]
    assert pair.said(pair.client) == []
    assert not pair.client.is_closed


def test_no_more_blobs_are_open_than_the_limit_allows():
    pair = Pair()
    for name in ("b1", "b2", "b3", "b4", "b5"):
        pair.client.send_blob(name, *grey(10), pattern(10))
    assert pair.client.sending == 5
    headers = [next_of(pair) for _ in range(3)]
    assert [each.blob for each in headers if isinstance(each, Blob)] == ["b1", "b2", "b3"]
    assert isinstance(next_of(pair), Chunk)
    assert pair.client.drop_blob("b5")
    said = pair.said(pair.client)
    assert {each.blob for each in said if isinstance(each, BlobEnd)} == {"b1", "b2", "b3", "b4"}
    assert "b5" not in {each.blob for each in said if isinstance(each, (Blob, BlobAbort))}


def test_wrong_blobs_are_the_callers_mistake():
    pair = Pair()
    with pytest.raises(ValueError, match="9 bytes are not 10x1"):
        pair.client.send_blob("b1", *grey(10), bytes(9))
    with pytest.raises(ValueError, match="not an id"):
        pair.client.send_blob("b 1", *grey(10), bytes(10))
    with pytest.raises(ValueError, match="not an id or a digest"):
        pair.client.send_blob("b1", *grey(10), bytes(10), digest="abc")
    pair.client.send_blob("b1", *grey(10), bytes(10))
    with pytest.raises(ValueError, match="being sent already"):
        pair.client.send_blob("b1", *grey(10), bytes(10))
    assert pair.client.sending == 1
    with pytest.raises(ValueError, match="its header says"):
        OutgoingBlob(Blob("b", *grey(3), 3), memoryview(b"four"), 10, background=False)


def test_views_of_any_shape_are_bytes():
    pair = Pair()
    data = memoryview(bytearray(pattern(48))).cast("B", (3, 4, 4))
    pair.client.send_blob("b1", *grey(48), data)
    assert raw_of(pair.said(pair.client)) == pattern(48)


def test_closing_lets_go_of_all_data():
    pair = Pair()
    data = bytearray(300)
    for name in ("b1", "b2", "b3", "b4"):
        pair.client.send_blob(name, *grey(300), data)
    pair.client.next_message()
    assert pair.client.connection_lost() == []
    data += b"resized: nobody holds a view"
    assert pair.client.is_closed
    assert pair.client.next_message() is None
