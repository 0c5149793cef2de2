from __future__ import annotations

import tracemalloc
import zlib

import pytest

from tests.protocol.session.pairs import SMALL, Collector, digest_of, grey, pattern
from velatura_protocol.errors import BadMessage, LimitExceeded, TooLarge, Unsupported
from velatura_protocol.geometry import Size
from velatura_protocol.messages import Blob, Codec
from velatura_protocol.pixels import Depth, Layout, PixelFormat
from velatura_protocol.session.incoming import IncomingBlob, check_header

MEGABYTE = 1024 * 1024


def incoming(length: int, codec: Codec = Codec.RAW, digest: str = "", window: int = 400):
    return IncomingBlob(Blob("b", *grey(length), length, codec, digest), window)


# -- the header ------------------------------------------------------------------------------------


def check(header: Blob, files: bool = False) -> None:
    check_header(header, SMALL, files=files)


def test_a_fitting_header_passes():
    rgb16 = PixelFormat(Depth.U16, Layout.RGB)
    check(Blob("b", Size(10, 20), rgb16, 10 * 20 * 6))
    check(Blob("b", Size(0, 5), rgb16, 0))
    check(Blob("b", *grey(10), 10, by_file=True), files=True)


def test_bytes_are_size_times_format():
    for length in (9, 11, 0):
        with pytest.raises(BadMessage, match="not size times format"):
            check(Blob("b", *grey(10), length))


def test_too_many_pixels_or_bytes():
    with pytest.raises(TooLarge) as caught:
        check(Blob("b", *grey(50_001), 50_001))
    assert caught.value.params == {"pixels": 50_001, "limit": 50_000}
    floats = PixelFormat(Depth.F32, Layout.GREY)
    with pytest.raises(LimitExceeded, match="blob_bytes"):
        check(Blob("b", Size(30_000, 1), floats, 120_000))
    check(Blob("b", Size(25_000, 1), floats, 100_000))


def test_a_file_nobody_proved():
    with pytest.raises(Unsupported, match="by_file"):
        check(Blob("b", *grey(1), 1, by_file=True))


# -- raw -------------------------------------------------------------------------------------------


def test_bytes_arrive_in_order_and_are_proven():
    blob, sink, data = incoming(250), Collector(), pattern(250)
    blob.feed(memoryview(data[:100]))
    blob.accept(sink, immediate=False, verify=True)
    assert sink.data == data[:100]
    blob.feed(memoryview(data[100:]))
    assert sink.data == data
    assert blob.finish(digest_of(data)) == digest_of(data)


def test_views_go_to_the_sink_uncopied():
    blob = incoming(300_000, window=MEGABYTE)
    views: list[memoryview] = []

    class Keeper:
        def write(self, data: memoryview) -> None:
            views.append(data)

    blob.accept(Keeper(), immediate=False, verify=True)
    source = pattern(300_000)
    blob.feed(memoryview(source))
    assert views[0].obj is source


def test_too_few_bytes():
    blob = incoming(10)
    blob.accept(Collector(), immediate=True, verify=True)
    blob.feed(memoryview(bytes(9)))
    with pytest.raises(BadMessage, match="fewer bytes than announced"):
        blob.finish(digest_of(bytes(9)))


def test_too_many_bytes():
    blob, sink = incoming(10), Collector()
    blob.accept(sink, immediate=True, verify=True)
    with pytest.raises(BadMessage, match="more bytes than announced"):
        blob.feed(memoryview(bytes(11)))
    assert sink.data == b""


def test_another_digest():
    blob = incoming(3)
    blob.accept(Collector(), immediate=True, verify=True)
    blob.feed(memoryview(b"abc"))
    with pytest.raises(BadMessage, match="another digest"):
        blob.finish(digest_of(b"abd"))


def test_the_digest_of_the_header_counts_too():
    blob = incoming(3, digest=digest_of(b"abd"))
    blob.accept(Collector(), immediate=True, verify=True)
    assert blob.credit() == 3
    blob.feed(memoryview(b"abc"))
    with pytest.raises(BadMessage, match="another digest"):
        blob.finish(digest_of(b"abc"))


def test_bytes_beyond_the_window():
    blob = incoming(1000)
    blob.accept(Collector(), immediate=False, verify=True)
    blob.feed(memoryview(bytes(400)))
    with pytest.raises(LimitExceeded, match="window_bytes"):
        blob.feed(memoryview(bytes(1)))


def test_bytes_that_nobody_has_accepted_are_bounded():
    blob = incoming(100_000, window=10_000)
    for _ in range(11):
        blob.feed(memoryview(bytes(1000)))
    with pytest.raises(LimitExceeded, match="window_bytes"):
        blob.feed(memoryview(bytes(1000)))


def test_with_a_digest_nothing_may_come_before_credit():
    blob = incoming(1000, digest=digest_of(b""))
    blob.accept(Collector(), immediate=True, verify=True)
    with pytest.raises(LimitExceeded, match="window_bytes"):
        blob.feed(memoryview(b"x"))


def test_unverified_bytes_have_the_digest_the_sender_says():
    claimed = digest_of(b"something else")
    blob = incoming(3)
    blob.accept(Collector(), immediate=True, verify=False)
    blob.feed(memoryview(b"abc"))
    assert blob.finish(claimed) == claimed
    with pytest.raises(BadMessage, match="another digest"):
        blob.finish("")


# -- credit ----------------------------------------------------------------------------------------


def test_credit_follows_what_is_consumed():
    blob = incoming(2000)
    blob.accept(Collector(), immediate=False, verify=True)
    blob.feed(memoryview(bytes(400)))
    assert blob.credit() == 0
    blob.consumed(199)
    assert blob.credit() == 0
    blob.consumed(1)
    assert blob.credit() == 200
    assert blob.credit() == 0
    blob.consumed(200)
    assert blob.credit() == 200


def test_credit_ends_with_the_blob():
    blob = incoming(450)
    blob.accept(Collector(), immediate=True, verify=True)
    blob.feed(memoryview(bytes(100)))
    assert blob.credit() == 50
    blob.feed(memoryview(bytes(350)))
    assert blob.credit() == 0


def test_consuming_more_than_there_was_is_a_mistake():
    blob = incoming(1000)
    blob.accept(Collector(), immediate=False, verify=True)
    blob.feed(memoryview(bytes(10)))
    blob.consumed(10)
    for count in (1, -1):
        with pytest.raises(ValueError, match="consumed more"):
            blob.consumed(count)


@pytest.mark.parametrize("window", [1, 2, 3])
def test_the_smallest_windows_still_move(window):
    blob = incoming(20, window=window)
    sink = Collector()
    blob.accept(sink, immediate=True, verify=True)
    granted = window
    while len(sink.data) < 20:
        assert granted > 0
        blob.feed(memoryview(bytes(granted)))
        granted = blob.credit()


# -- zlib ------------------------------------------------------------------------------------------


def zlib_blob(length: int, window: int = 10 * MEGABYTE) -> tuple[IncomingBlob, Collector]:
    blob, sink = incoming(length, Codec.ZLIB, window=window), Collector()
    blob.accept(sink, immediate=True, verify=True)
    return blob, sink


def test_a_stream_in_small_pieces():
    data = pattern(5000)
    packed = zlib.compress(data)
    blob, sink = zlib_blob(5000)
    for at in range(0, len(packed), 7):
        blob.feed(memoryview(packed)[at : at + 7])
    assert sink.data == data
    assert blob.finish(digest_of(data))


def test_a_stream_longer_than_one_slice():
    data = bytes(3 * MEGABYTE + 5)
    blob, sink = zlib_blob(len(data))
    blob.feed(memoryview(zlib.compress(data)))
    assert sink.data == data
    assert blob.finish(digest_of(data))


def test_a_bomb_goes_off_at_the_announced_size():
    bomb = zlib.compress(bytes(200 * MEGABYTE), 9)
    blob, sink = zlib_blob(1000)
    tracemalloc.start()
    with pytest.raises(BadMessage, match="more bytes than announced"):
        blob.feed(memoryview(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(sink.data) <= 1000
    assert peak < 2 * len(bomb) + 100_000


def test_a_stream_keeps_to_the_window_in_raw_bytes():
    packed = zlib.compress(bytes(100_000))
    blob, sink = incoming(100_000, Codec.ZLIB, window=4000), Collector()
    blob.accept(sink, immediate=False, verify=True)
    with pytest.raises(LimitExceeded, match="window_bytes"):
        blob.feed(memoryview(packed))
    assert len(sink.data) <= 4000


def test_what_is_not_zlib():
    blob, _ = zlib_blob(100)
    with pytest.raises(BadMessage, match="not zlib"):
        blob.feed(memoryview(b"anything else"))


def test_bytes_after_the_stream():
    data = pattern(100)
    blob, _ = zlib_blob(100)
    with pytest.raises(BadMessage, match="more bytes than announced"):
        blob.feed(memoryview(zlib.compress(data) + b"!"))
    blob, _ = zlib_blob(100)
    blob.feed(memoryview(zlib.compress(data)))
    with pytest.raises(BadMessage, match="more bytes than announced"):
        blob.feed(memoryview(b"!"))


def test_a_stream_without_its_end():
    data = pattern(100)
    blob, sink = zlib_blob(100)
    blob.feed(memoryview(zlib.compress(data)[:-4]))
    assert sink.data == data
    with pytest.raises(BadMessage, match="fewer bytes than announced"):
        blob.finish(digest_of(data))
