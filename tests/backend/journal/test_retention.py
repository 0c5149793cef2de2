from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.hand_clocks import HandClocks
from velatura_backend.config import Retention
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.records import BlobUse, Change, NewJob, Purpose, StoredEvent
from velatura_backend.journal.retention import expired
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import MASK_FORMAT

PLENTY = Retention(bytes=10**9, seconds=10**9)


YEAR = 365 * 24 * 3600.0


@pytest.fixture
def clocks() -> HandClocks:
    return HandClocks()


@pytest.fixture
def journal(tmp_path: Path, clocks: HandClocks):
    journal = Journal(tmp_path, clocks.clocks)
    yield journal
    journal.close()


def ended_job(
    journal: Journal, job: str, *blobs: int, at: float = 0.0, confirmed: bool = True
) -> None:
    """A job that holds blobs of 100 bytes. ``at``: on the wall's clock."""
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
    assert expired(journal, PLENTY) == ()


def test_where_nothing_has_to_go_no_job_is_looked_at(journal: Journal) -> None:
    """A history of thousands of jobs is looked over every minute."""
    for number in range(3):
        ended_job(journal, f"j{number}", number)
    statements: list[str] = []
    journal._connection.set_trace_callback(statements.append)
    assert expired(journal, PLENTY) == ()
    assert len(statements) == 2
    assert all("min(" in each or "sum(" in each for each in statements)


def test_a_blob_counts_once_for_the_bytes_that_are_held(journal: Journal) -> None:
    ended_job(journal, "a", 1, 2)
    ended_job(journal, "b", 2, 3)
    assert journal.held_bytes() == 300


def test_an_empty_history_holds_nothing(journal: Journal) -> None:
    assert journal.held_bytes() == 0
    assert journal.oldest_end() is None
    assert expired(journal, Retention(bytes=0, seconds=0)) == ()


def test_the_old_go(journal: Journal, clocks: HandClocks) -> None:
    ended_job(journal, "old", 1)
    clocks.pass_time(100.0)
    ended_job(journal, "new", 2)
    clocks.pass_time(20.0)
    assert expired(journal, Retention(10**9, 50.0)) == ("old",)


@pytest.mark.parametrize("jump", [50 * YEAR, -50 * YEAR])
def test_a_clock_that_jumps_makes_nothing_older(
    journal: Journal, clocks: HandClocks, tmp_path: Path, jump: float
) -> None:
    policy = Retention(10**9, 90 * 24 * 3600.0)
    ended_job(journal, "before", 1, at=clocks.wall)
    clocks.wall += jump
    ended_job(journal, "after", 2, at=clocks.wall)
    assert expired(journal, policy) == ()
    clocks.wall -= jump
    assert expired(journal, policy) == ()
    journal.close()
    for back_and_forth in (jump, -jump):
        clocks.wall += back_and_forth
        again = Journal(tmp_path, clocks.clocks)
        assert expired(again, policy) == ()
        again.close()


def test_time_between_two_runs_counts(tmp_path: Path, clocks: HandClocks) -> None:
    day = 24 * 3600.0
    journal = Journal(tmp_path, clocks.clocks)
    ended_job(journal, "old", 1)
    for _ in range(12):
        journal.close()
        clocks.wall += 5 * day
        journal = Journal(tmp_path, clocks.clocks)
    assert expired(journal, Retention(10**9, 61 * day)) == ()
    assert expired(journal, Retention(10**9, 59 * day)) == ("old",)
    journal.close()


def test_the_oldest_go_until_the_rest_fits(journal: Journal) -> None:
    for number in range(5):
        ended_job(journal, str(number), number)
    assert expired(journal, Retention(250, 10**9)) == ("0", "1", "2")


def test_a_shared_blob_is_freed_with_its_last_job(journal: Journal) -> None:
    ended_job(journal, "1", 7)
    ended_job(journal, "2", 7)
    ended_job(journal, "3", 8)
    assert expired(journal, Retention(200, 10**9)) == ()
    assert expired(journal, Retention(199, 10**9)) == ("1", "2")


def test_results_nobody_fetched_go_last(journal: Journal) -> None:
    ended_job(journal, "1", 1, confirmed=False)
    ended_job(journal, "2", 2)
    assert expired(journal, Retention(100, 10**9)) == ("2",)
    assert expired(journal, Retention(0, 10**9)) == ("2", "1")


def test_favourites_and_unended_jobs_stay(journal: Journal, clocks: HandClocks) -> None:
    ended_job(journal, "favourite", 1)
    journal.set_favourite("favourite", favourite=True)
    journal.accept(NewJob("queued", "me", "fill", "echo", "", 0.0, b""), (), StoredEvent(1, b""))
    clocks.pass_time(10.0**6)
    assert expired(journal, Retention(0, 0.0)) == ()
