from __future__ import annotations

import pytest

from tests.protocol.session.pairs import SMALL, Collector, Pair, grey, pattern
from tests.protocol.session.receiving import CHUNKS, DATA, DIGEST, HEADER, opened
from velatura_protocol.errors import Cancelled, DiskFull, ErrorCode, NotFound
from velatura_protocol.messages import (
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    Chunk,
    ErrorInfo,
)
from velatura_protocol.session import BlobFailed, BlobOpened, BlobReceived

# -- what goes well --------------------------------------------------------------------------------


def test_a_blob_arrives_in_its_sink():
    pair, sink = opened(), Collector()
    pair.server.accept_blob("b1", sink, immediate=True)
    for chunk in CHUNKS:
        assert pair.tell_server(chunk) == []
    assert pair.tell_server(BlobEnd("b1", DIGEST)) == [BlobReceived(HEADER, DIGEST)]
    assert sink.data == DATA
    assert pair.said(pair.server) == []
    assert pair.tell_server(HEADER) == [BlobOpened(HEADER)]


def test_a_shell_may_think_before_it_accepts():
    pair, sink = opened(), Collector()
    for chunk in CHUNKS:
        pair.tell_server(chunk)
    assert pair.tell_server(BlobEnd("b1", DIGEST)) == []
    pair.server.accept_blob("b1", sink, immediate=True)
    assert pair.server.take_events() == [BlobReceived(HEADER, DIGEST)]
    assert sink.data == DATA
    assert pair.said(pair.server) == []


def test_credit_waits_for_the_shell():
    pair = Pair()
    pair.client.send_blob("b1", *grey(2000), pattern(2000))
    pair.flow()
    sink = Collector()
    pair.server.accept_blob("b1", sink)
    pair.flow()
    assert len(sink.data) == SMALL.window_bytes
    pair.server.consumed("b1", 100)
    pair.flow()
    assert len(sink.data) == SMALL.window_bytes
    pair.server.consumed("b1", 100)
    pair.flow()
    assert len(sink.data) == SMALL.window_bytes + 200
    while "b1" in {each.blob for each in pair.sent} and len(sink.data) < 2000:
        pair.server.consumed("b1", 200)
        pair.flow()
    assert sink.data == pattern(2000)


def test_accepting_a_blob_with_a_digest_grants_the_first_window():
    pair = opened(Blob("b1", *grey(1000), 1000, digest=DIGEST))
    pair.server.accept_blob("b1", Collector())
    assert pair.said(pair.server) == [BlobCredit("b1", SMALL.window_bytes)]


def test_credit_is_not_granted_before_a_blob_is_accepted():
    pair = opened(Blob("b1", *grey(1000), 1000, digest=DIGEST))
    pair.tell_server(Chunk("b1", b""))
    assert pair.said(pair.server) == []
    assert not pair.server.is_closed


def test_what_is_here_already_need_not_come():
    pair = opened(Blob("b1", *grey(300), 300, digest=DIGEST))
    pair.server.have_blob("b1")
    assert pair.said(pair.server) == [BlobHave("b1")]
    assert pair.tell_server(BlobEnd("b1", DIGEST)) == []
    assert pair.tell_server(HEADER) == [BlobOpened(HEADER)]


def test_what_came_all_the_same_is_forgotten_at_once():
    pair = opened()
    for chunk in CHUNKS:
        pair.tell_server(chunk)
    pair.tell_server(BlobEnd("b1", DIGEST))
    pair.server.have_blob("b1")
    assert pair.server.take_events() == []
    assert pair.tell_server(HEADER) == [BlobOpened(HEADER)]


def test_a_blob_by_file_is_told_when_its_end_comes():
    pair = Pair(exchange=True)
    pair.client.send_file_blob("b1", *grey(10), digest=DIGEST)
    header = Blob("b1", *grey(10), 10, digest=DIGEST, by_file=True)
    assert pair.flow()[1] == [BlobOpened(header), BlobReceived(header, DIGEST)]


# -- what does not ---------------------------------------------------------------------------------


def test_a_header_over_the_limits_is_refused_before_there_is_room():
    pair = Pair()
    header = Blob("b1", *grey(60_000), 60_000)
    [failed] = pair.tell_server(header)
    assert isinstance(failed, BlobFailed)
    assert failed.error.code is ErrorCode.TOO_LARGE
    assert pair.said(pair.server) == [BlobAbort("b1", failed.error, by_sender=False)]
    assert pair.tell_server(Chunk("b1", b"on its way")) == []
    assert pair.tell_server(BlobAbort("b1", ErrorInfo.of(Cancelled()))) == []
    assert pair.tell_server(HEADER) == [BlobOpened(HEADER)]


@pytest.mark.parametrize(
    ("end", "reason"),
    [("0" * 64, "another digest"), ("", "another digest")],
)
def test_a_wrong_digest_fails_the_blob_and_tells_the_sender(end, reason):
    pair = opened()
    pair.server.accept_blob("b1", Collector(), immediate=True)
    for chunk in CHUNKS:
        pair.tell_server(chunk)
    [failed] = pair.tell_server(BlobEnd("b1", end))
    assert isinstance(failed, BlobFailed)
    assert failed.error.params["reason"] == reason
    assert pair.said(pair.server) == [BlobAbort("b1", failed.error, by_sender=False)]
    assert pair.tell_server(HEADER) == [BlobOpened(HEADER)]


def test_an_early_end_fails_the_blob():
    pair = opened()
    pair.server.accept_blob("b1", Collector(), immediate=True)
    pair.tell_server(CHUNKS[0])
    [failed] = pair.tell_server(BlobEnd("b1", DIGEST))
    assert isinstance(failed, BlobFailed)


def test_bytes_too_many_fail_the_blob_and_the_rest_is_let_go():
    pair = opened(Blob("b1", *grey(150), 150))
    sink = Collector()
    pair.server.accept_blob("b1", sink, immediate=True)
    pair.tell_server(CHUNKS[0])
    [failed] = pair.tell_server(CHUNKS[1])
    assert isinstance(failed, BlobFailed)
    assert pair.tell_server(CHUNKS[2]) == []
    assert pair.tell_server(BlobEnd("b1", DIGEST)) == []
    assert sink.data == DATA[:100]
    assert not pair.server.is_closed


def test_a_backlog_that_turns_out_wrong_fails_when_it_is_accepted():
    pair = opened(Blob("b1", *grey(150), 150))
    pair.tell_server(CHUNKS[0])
    pair.tell_server(CHUNKS[1])
    pair.server.accept_blob("b1", Collector(), immediate=True)
    [failed] = pair.server.take_events()
    assert isinstance(failed, BlobFailed)
    pair.server.accept_blob("b1", Collector(), immediate=True)
    pair.server.consumed("b1", 100)
    pair.server.have_blob("b1")
    assert pair.server.take_events() == []


def test_a_sink_that_takes_no_more_gives_the_blob_up():
    class FullDisk:
        def write(self, data: memoryview) -> None:
            raise DiskFull

    pair = opened()
    pair.server.accept_blob("b1", FullDisk())
    assert pair.tell_server(CHUNKS[0]) == [BlobFailed("b1", ErrorInfo.of(DiskFull()))]
    assert pair.said(pair.server) == [BlobAbort("b1", ErrorInfo.of(DiskFull()), by_sender=False)]


def test_the_shell_may_refuse_at_any_time():
    error = NotFound(what="job", id="j")
    abort = BlobAbort("b1", ErrorInfo.of(error), by_sender=False)
    pair = opened()
    pair.server.refuse_blob("b1", error)
    assert pair.said(pair.server) == [abort]
    assert pair.tell_server(CHUNKS[0]) == []
    assert pair.tell_server(BlobEnd("b1", DIGEST)) == []
    pair.server.refuse_blob("b1", error)
    assert pair.said(pair.server) == [abort]


def test_a_sender_may_give_up_before_and_after_it_is_accepted():
    cancelled = ErrorInfo.of(Cancelled())
    for accepted in (False, True):
        pair = opened()
        if accepted:
            pair.server.accept_blob("b1", Collector())
        pair.tell_server(CHUNKS[0])
        assert pair.tell_server(BlobAbort("b1", cancelled)) == [BlobFailed("b1", cancelled)]
        assert pair.said(pair.server) == []


def test_the_second_accept_is_nothing():
    pair, first, second = opened(), Collector(), Collector()
    pair.server.accept_blob("b1", first)
    pair.server.accept_blob("b1", second)
    pair.tell_server(CHUNKS[0])
    assert (first.data, second.data) == (DATA[:100], b"")
    pair.server.accept_blob("unknown", second)
    pair.server.consumed("unknown", 1)
