"""What ends the conversation, and what it may cost."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.protocol.session.pairs import Collector, Pair, grey, pattern
from tests.protocol.session.receiving import CHUNKS, DIGEST, HEADER, opened, why
from velatura_protocol.errors import BadMessage, Cancelled, Interrupted
from velatura_protocol.messages import Blob, BlobAbort, BlobEnd, Cancel, Chunk, ErrorInfo, Limits
from velatura_protocol.session import BlobFailed, BlobOpened, BlobReceived


@pytest.mark.parametrize(
    "message",
    [Chunk("b9", b"x"), BlobEnd("b9", DIGEST), BlobAbort("b9", ErrorInfo.of(Cancelled()))],
)
def test_blobs_nobody_opened(message):
    pair = Pair()
    assert pair.tell_server(message) == []
    assert why(pair) == "unknown blob"


def test_a_blob_opened_twice():
    pair = opened()
    assert pair.tell_server(HEADER) == [BlobFailed("b1", ErrorInfo.of(Interrupted()))]
    assert why(pair) == "blob is open already"


def test_too_many_open_blobs():
    pair = Pair()
    for name in ("b1", "b2", "b3"):
        pair.tell_server(Blob(name, *grey(1), 1))
    pair.tell_server(Blob("b4", *grey(1), 1))
    assert why(pair) == {"limit": "open_blobs", "value": 4, "maximum": 3}


def test_blobs_that_wait_for_the_shell_alone_are_no_longer_open():
    pair = Pair()
    for number in range(5):
        pair.client.send_blob(f"b{number}", *grey(10), pattern(10))
        assert len(pair.flow()[1]) == 1
    assert not pair.server.is_closed
    pair.server.accept_blob("b0", Collector())
    [received] = pair.server.take_events()
    assert isinstance(received, BlobReceived)


def test_blobs_that_were_given_up_count_until_their_sender_says_so():
    pair = Pair()
    for name in ("b1", "b2", "b3"):
        pair.tell_server(Blob(name, *grey(60_000), 60_000))
    pair.tell_server(Blob("b4", *grey(1), 1))
    assert why(pair) == {"limit": "open_blobs", "value": 4, "maximum": 3}


def test_a_chunk_over_the_limit():
    pair = opened()
    pair.tell_server(Chunk("b1", bytes(101)))
    assert why(pair) == {"limit": "chunk_bytes", "value": 101, "maximum": 100}


def test_more_after_the_end():
    for message in (CHUNKS[0], BlobEnd("b1", DIGEST)):
        pair = opened()
        pair.tell_server(BlobEnd("b1", DIGEST))
        pair.tell_server(message)
        assert isinstance(pair.server.close_reason, BadMessage)


def test_chunks_of_a_blob_by_file():
    pair = Pair(exchange=True)
    pair.tell_server(Blob("b1", *grey(10), 10, by_file=True))
    pair.tell_server(Chunk("b1", b"x"))
    assert why(pair) == "no chunk may follow"


def test_a_lost_connection_fails_what_was_on_its_way():
    pair = opened()
    pair.tell_server(Blob("b2", *grey(60_000), 60_000))
    interrupted = ErrorInfo.of(Interrupted())
    assert pair.server.connection_lost() == [BlobFailed("b1", interrupted)]
    assert pair.server.connection_lost() == []
    assert pair.tell_server(Cancel("j")) == []


def test_a_large_blob_passes_in_the_memory_of_its_window():
    limits = Limits()
    pair = Pair(limits)
    data = bytes(48 * 1024 * 1024)

    class Through:
        total = 0

        def write(self, data: memoryview) -> None:
            self.total += data.nbytes

    sink = Through()
    pair.client.send_blob("b1", *grey(len(data)), data)
    tracemalloc.start()
    while pair.client.sending:
        while (message := pair.client.next_message()) is not None:
            for event in pair.server.receive(message):
                if isinstance(event, BlobOpened):
                    pair.server.accept_blob("b1", sink, immediate=True)
        while (message := pair.server.next_message()) is not None:
            pair.client.receive(message)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sink.total == len(data)
    assert peak < 3 * limits.chunk_bytes
