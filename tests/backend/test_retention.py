from __future__ import annotations

from pathlib import Path

import pytest

from velatura_backend.config import Retention
from velatura_backend.journal import Journal
from velatura_backend.journal_records import BlobUse, Change, NewJob, Purpose, StoredEvent
from velatura_backend.retention import expired
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import MASK_FORMAT

PLENTY = Retention(bytes=10**9, seconds=10**9)


@pytest.fixture
def journal(tmp_path: Path):
    journal = Journal(tmp_path)
    yield journal
    journal.close()


def ended_job(
    journal: Journal, job: str, *blobs: int, at: float = 0.0, confirmed: bool = True
) -> None:
    """A job that holds blobs of 100 bytes."""
    uses = [
        BlobUse(Purpose.RESULT, n, BlobRef(f"{blob:064x}", Size(10, 10), MASK_FORMAT))
        for n, blob in enumerate(blobs)
    ]
    journal.accept(NewJob(job, "me", "fill", "echo", "", at, b""), uses, StoredEvent(1, b""))
    journal.append(job, StoredEvent(2, b""), Change(JobState.FINISHED, ended=at))
    if confirmed:
        journal.acknowledge({job: 2})


def test_what_fits_is_kept(journal: Journal) -> None:
    ended_job(journal, "1", 1)
    assert expired(journal, PLENTY, now=50.0) == ()


def test_the_old_go(journal: Journal) -> None:
    ended_job(journal, "old", 1, at=0.0)
    ended_job(journal, "new", 2, at=100.0)
    assert expired(journal, Retention(10**9, 50.0), now=120.0) == ("old",)


def test_the_oldest_go_until_the_rest_fits(journal: Journal) -> None:
    for number in range(5):
        ended_job(journal, str(number), number)
    assert expired(journal, Retention(250, 10**9), now=0.0) == ("0", "1", "2")


def test_a_shared_blob_is_freed_with_its_last_job(journal: Journal) -> None:
    ended_job(journal, "1", 7)
    ended_job(journal, "2", 7)
    ended_job(journal, "3", 8)
    assert expired(journal, Retention(200, 10**9), now=0.0) == ()
    assert expired(journal, Retention(199, 10**9), now=0.0) == ("1", "2")


def test_results_nobody_fetched_go_last(journal: Journal) -> None:
    ended_job(journal, "1", 1, confirmed=False)
    ended_job(journal, "2", 2)
    assert expired(journal, Retention(100, 10**9), now=0.0) == ("2",)
    assert expired(journal, Retention(0, 10**9), now=0.0) == ("2", "1")


def test_favourites_and_unended_jobs_stay(journal: Journal) -> None:
    ended_job(journal, "favourite", 1)
    journal.set_favourite("favourite", favourite=True)
    journal.accept(NewJob("queued", "me", "fill", "echo", "", 0.0, b""), (), StoredEvent(1, b""))
    assert expired(journal, Retention(0, 0.0), now=10.0**6) == ()
