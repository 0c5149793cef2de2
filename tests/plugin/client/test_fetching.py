from __future__ import annotations

from dataclasses import replace

from tests.plugin.results import MASK, REGION, pixels_of, ref
from velatura_plugin.client.fetching import AT_ONCE, Buffer, Fetches
from velatura_protocol.geometry import Size
from velatura_protocol.messages import Blob, BlobRef, Preview
from velatura_protocol.pixels import Pixels

REFS = [ref(pixels_of(index)) for index in range(6)]


def header(wanted: BlobRef, blob: str = "blob") -> Blob:
    length = wanted.format.byte_count(wanted.size)
    return Blob(blob, wanted.size, wanted.format, length, digest=wanted.digest)


def test_a_few_are_asked_for_at_a_time_and_in_order() -> None:
    asked: list[str] = []
    fetches = Fetches(asked.append)
    fetches.want(REFS)
    assert asked == [each.digest for each in REFS[:AT_ONCE]]
    assert fetches.answered(REFS[1].digest) == (REFS[1],)
    assert asked == [each.digest for each in REFS[: AT_ONCE + 1]]
    assert not fetches.answered(REFS[1].digest)


def test_nothing_is_asked_for_twice_at_a_time() -> None:
    asked: list[str] = []
    fetches = Fetches(asked.append)
    fetches.want([REFS[0], REFS[0]])
    fetches.want([REFS[0]])
    assert asked == [REFS[0].digest]
    fetches.answered(REFS[0].digest)
    fetches.want([REFS[0]])
    assert asked == [REFS[0].digest] * 2


def test_only_what_was_asked_for_is_let_in() -> None:
    fetches = Fetches(lambda digest: None)
    assert not fetches.is_expected(header(REFS[0]))
    fetches.want([REFS[0]])
    assert fetches.is_expected(header(REFS[0]))
    other = replace(header(REFS[0]), size=Size(1, 1), bytes=4)
    assert not fetches.is_expected(other)
    assert not fetches.is_expected(replace(header(REFS[0]), digest=""))


def test_an_announced_preview_is_let_in_once() -> None:
    fetches = Fetches(lambda digest: None)
    preview = Preview("job", 0, REGION, "p", REGION.size, MASK.format)
    fetches.expect_preview(preview)
    wanted = replace(header(ref(MASK), "p"), digest="")
    assert fetches.is_expected(wanted)
    assert fetches.preview_of("p") == preview
    assert fetches.preview_of("p") is None
    assert not fetches.is_expected(wanted)


def test_a_buffer_fills_and_says_so() -> None:
    consumed: list[int] = []
    buffer = Buffer(header(ref(MASK)), lambda blob, count: consumed.append(count))
    data = memoryview(bytes(MASK.data))
    buffer.write(data[:10])
    buffer.write(data[10:])
    assert consumed == [10, 20]
    assert bytes(buffer.pixels().data) == bytes(MASK.data)
    assert buffer.pixels().format == MASK.format


def test_a_blob_that_fails_makes_room_for_the_next() -> None:
    asked: list[str] = []
    fetches = Fetches(asked.append)
    fetches.want(REFS)
    fetches.opened(header(REFS[0], "b"), lambda blob, count: None)
    assert fetches.failed("b") == (REFS[0],)
    assert asked[-1] == REFS[AT_ONCE].digest
    assert not fetches.failed("unknown")


def test_the_same_bytes_in_two_shapes_come_once_for_both() -> None:
    lying, standing = (ref(Pixels(Size(*s), MASK.format, b"\xff" * 20)) for s in ((5, 4), (4, 5)))
    early, late = (replace(standing, size=Size(*size)) for size in ((2, 10), (10, 2)))
    asked: list[str] = []
    fetches = Fetches(asked.append)
    fetches.want([*REFS[:AT_ONCE], lying, standing])
    for each in REFS[:AT_ONCE]:
        fetches.want([early])
        fetches.answered(each.digest)
    fetches.want([late])
    assert asked[AT_ONCE:] == [lying.digest]
    assert fetches.is_expected(header(standing))
    assert fetches.answered(lying.digest) == (lying, standing, early, late)
