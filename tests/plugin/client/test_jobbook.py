from __future__ import annotations

from itertools import permutations

import pytest

from tests.plugin.results import MASK, THUMBNAIL, pixels_of, ref, result
from tests.plugin.wire import order
from velatura_plugin.client.events import ClientEvent, ThumbnailArrived, VariationArrived
from velatura_plugin.client.jobbook import JobBook
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    ErrorInfo,
    Finished,
    Progress,
    ResumePoint,
    VariationFailed,
)

GONE = ErrorInfo(ErrorCode.NOT_FOUND)


@pytest.fixture
def told() -> list[ClientEvent]:
    return []


@pytest.fixture
def book(told: list[ClientEvent]) -> JobBook:
    book = JobBook(told.append)
    book.add(order())
    return book


def names(events: list[ClientEvent]) -> list[str]:
    return [type(each).__name__ for each in events]


def test_events_without_pixels_pass_at_once(book: JobBook, told: list[ClientEvent]) -> None:
    assert book.take(Accepted("job", 1)) == []
    assert book.take(Progress("job", 2, Phase.STEPPING)) == []
    assert told == [Accepted("job", 1), Progress("job", 2, Phase.STEPPING)]
    assert book.take(Accepted("stranger", 1)) == []
    assert len(told) == 2


@pytest.mark.parametrize("order_", list(permutations([pixels_of(0), MASK, THUMBNAIL])))
def test_a_result_waits_for_its_pixels_and_the_end_for_the_result(
    book: JobBook, told: list[ClientEvent], order_: tuple
) -> None:
    missing = book.take(result(3))
    assert missing == [ref(THUMBNAIL), ref(pixels_of(0)), ref(MASK)]
    book.take(Finished("job", 4))
    for pixels in order_[:-1]:
        book.arrived(ref(pixels), pixels)
    assert not any(isinstance(each, VariationArrived | Finished) for each in told)
    book.arrived(ref(order_[-1]), order_[-1])
    assert names(told) == ["ThumbnailArrived", "VariationArrived", "Finished"]
    assert isinstance(told[1], VariationArrived)
    assert told[1].content.layers[0].patches[0].pixels == pixels_of(0)
    assert book.get("job") is None


def test_what_is_here_is_not_fetched(book: JobBook, told: list[ClientEvent]) -> None:
    image, small = pixels_of(0), THUMBNAIL
    book.know(ref(image), image)
    book.know(ref(small), small)
    assert book.take(result(3)) == [ref(MASK)]
    assert isinstance(told[0], ThumbnailArrived)
    book.arrived(ref(MASK), MASK)
    assert isinstance(told[1], VariationArrived)
    assert told[1].content.layers[0].patches[0].pixels is image


def test_pixels_nobody_holds_are_forgotten(book: JobBook) -> None:
    book.know(ref(pixels_of(0)), pixels_of(0))
    assert ref(pixels_of(0)) in book.take(result(3))


def test_one_mask_serves_all_variations(book: JobBook, told: list[ClientEvent]) -> None:
    book.take(result(3, 0, thumbnail=False))
    book.take(result(4, 1, thumbnail=False))
    book.arrived(ref(pixels_of(1)), pixels_of(1))
    book.arrived(ref(MASK), MASK)
    assert told == [], "in order"
    book.arrived(ref(pixels_of(0)), pixels_of(0))
    assert [each.variation.index for each in told if isinstance(each, VariationArrived)] == [0, 1]
    job = book.get("job")
    assert job is not None
    assert job.pixels == {}, "nothing is held for longer than needed"


def test_pixels_that_are_gone_fail_their_variation_only(
    book: JobBook, told: list[ClientEvent]
) -> None:
    book.take(result(3, 0, thumbnail=False))
    book.take(result(4, 1, thumbnail=False))
    book.take(Finished("job", 5))
    book.lost(ref(pixels_of(0)).digest, GONE)
    book.arrived(ref(MASK), MASK)
    book.arrived(ref(pixels_of(1)), pixels_of(1))
    assert told[0] == VariationFailed("job", 3, 0, GONE)
    assert names(told) == ["VariationFailed", "VariationArrived", "Finished"]


def test_a_variation_can_do_without_its_thumbnail(book: JobBook, told: list[ClientEvent]) -> None:
    book.take(result(3))
    book.arrived(ref(MASK), MASK)
    book.arrived(ref(pixels_of(0)), pixels_of(0))
    assert told == []
    book.lost(ref(THUMBNAIL).digest, GONE)
    assert names(told) == ["VariationArrived"]


def test_after_a_lost_connection_only_what_was_delivered_counts(
    book: JobBook, told: list[ClientEvent]
) -> None:
    assert book.resume_points() == ()
    book.take(Accepted("job", 1))
    book.take(result(3))
    book.take(Finished("job", 4))
    assert book.resume_points() == (ResumePoint("job", 1),)
    book.connection_lost()
    book.arrived(ref(THUMBNAIL), THUMBNAIL)
    assert told == [Accepted("job", 1)]
    assert ref(MASK) in book.take(result(3))


@pytest.mark.parametrize("end", [Finished("job", 2), CancelledJob("job", 2, Phase.QUEUED)])
def test_an_ended_job_is_not_remembered(book: JobBook, end: Finished | CancelledJob) -> None:
    book.take(Accepted("job", 1))
    book.take(end)
    assert list(book) == []
    assert book.resume_points() == ()


def test_the_same_order_twice_is_one_job(book: JobBook) -> None:
    job = book.get("job")
    assert book.add(order()) is job
    book.drop("job")
    book.drop("job")
    assert book.get("job") is None
