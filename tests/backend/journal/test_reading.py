from __future__ import annotations

from tests.backend.journal.test_journal import accept, end, journal, use
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.reading import JournalReading
from velatura_backend.journal.records import StoredEvent

__all__ = ["journal"]


def test_a_journal_can_be_asked(journal: Journal) -> None:
    assert isinstance(journal, JournalReading)


def test_events_come_back_in_order_and_after_a_number(journal: Journal) -> None:
    accept(journal, "j")
    for seq in (3, 7, 20):
        journal.append("j", StoredEvent(seq, b"%d" % seq))
    assert [event.seq for event in journal.events("j", 3)] == [7, 20]
    assert journal.last_event("j") == StoredEvent(20, b"20")
    row = journal.job("j")
    assert row is not None
    assert row.last_seq == 20


def test_the_history_is_one_s_own_and_newest_first(journal: Journal) -> None:
    accept(journal, "1", key="a")
    accept(journal, "2", key="b")
    accept(journal, "3", key="a", owner="other")

    def names(owner: str | None, key: str = "", limit: int = 9) -> list[str]:
        return [row.job for row in journal.newest(owner, key, limit)]

    assert names("me") == ["2", "1"]
    assert names("me", "a") == ["1"]
    assert names(None) == ["3", "2", "1"]
    assert names(None, limit=1) == ["3"]


def test_the_history_goes_on_after_a_job(journal: Journal) -> None:
    for job in "123456":
        accept(journal, job, key="b" if job == "4" else "a")

    def names(before: str, key: str = "", limit: int = 2) -> list[str]:
        return [row.job for row in journal.newest("me", key, limit, before)]

    assert names("") == ["6", "5"]
    assert names("5") == ["4", "3"]
    assert names("5", "a") == ["3", "2"]
    assert names("2") == ["1"]
    assert names("1") == names("unknown") == []


def test_blobs_belong_to_the_owner_of_their_job(journal: Journal) -> None:
    accept(journal, "j", use(1))
    digest = use(1).blob.digest
    assert journal.blob_of("me", digest) == use(1).blob
    assert journal.blob_of("other", digest) is None
    assert journal.blob_of(None, digest) == use(1).blob


def test_favourites_are_not_offered_for_deletion(journal: Journal) -> None:
    for job in ("1", "2", "running"):
        accept(journal, job)
    end(journal, "1")
    end(journal, "2")
    journal.set_favourite("1", favourite=True)
    assert [row.job for row in journal.ended_oldest_first()] == ["2"]
