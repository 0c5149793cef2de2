from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backend.hand_clocks import HandClocks
from velatura_backend.journal.ballast import Ballast
from velatura_backend.journal.journal import JOURNAL_FILE, Journal
from velatura_backend.journal.records import BlobUse, Change, NewJob, Purpose, StoredEvent
from velatura_protocol.errors import DiskFull
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import MASK_FORMAT


@pytest.fixture
def journal(tmp_path: Path):
    journal = Journal(tmp_path)
    yield journal
    journal.close()


def new_job(job: str, *, owner: str = "me", key: str = "", created: float = 100.0) -> NewJob:
    return NewJob(job, owner, "fill", "echo", key, created, b"submit " + job.encode())


def use(number: int, purpose: Purpose = Purpose.INPUT, position: int = 0) -> BlobUse:
    return BlobUse(purpose, position, BlobRef(f"{number:064x}", Size(3, 2), MASK_FORMAT))


def accept(journal: Journal, job: str, *uses: BlobUse, owner: str = "me", key: str = "") -> None:
    journal.accept(new_job(job, owner=owner, key=key), uses, StoredEvent(1, b"accepted"))


def end(journal: Journal, job: str, seq: int = 9, at: float = 200.0) -> None:
    journal.append(job, StoredEvent(seq, b"end"), Change(JobState.FINISHED, ended=at))


def test_an_accepted_job_is_there_after_a_restart(journal: Journal, tmp_path: Path) -> None:
    accept(journal, "j", use(1), use(2, position=1), key="doc")
    journal.close()

    again = Journal(tmp_path)
    row = again.job("j")
    assert row is not None
    assert (row.owner, row.state, row.document_key) == ("me", JobState.QUEUED, "doc")
    assert (row.epoch, row.last_seq, row.submit) == (1, 1, b"submit j")
    assert again.uses("j") == (use(1), use(2, position=1))
    assert again.events("j", 0) == (StoredEvent(1, b"accepted"),)
    assert [each.job for each in again.unended()] == ["j"]
    again.close()


def test_epochs_count_starts(tmp_path: Path) -> None:
    for expected in (1, 2, 3):
        journal = Journal(tmp_path)
        assert journal.epoch == expected
        journal.close()


def test_a_change_comes_with_its_event_or_not_at_all(journal: Journal) -> None:
    accept(journal, "j")
    with pytest.raises(sqlite3.IntegrityError):
        journal.append("j", StoredEvent(1, b"again"), Change(JobState.RUNNING))
    row = journal.job("j")
    assert row is not None
    assert row.state is JobState.QUEUED


def test_a_client_keeps_its_secret(journal: Journal) -> None:
    assert journal.claim_client("panel", "s1")
    assert journal.claim_client("panel", "s1")
    assert not journal.claim_client("panel", "s2")
    assert journal.claim_client("other", "s2")


def test_secrets_are_not_in_the_file(journal: Journal, tmp_path: Path) -> None:
    journal.claim_client("panel", "a-very-secret-secret")
    journal.close()
    assert b"a-very-secret" not in (tmp_path / JOURNAL_FILE).read_bytes()


def test_only_ended_jobs_are_forgotten(journal: Journal) -> None:
    accept(journal, "queued", use(1))
    accept(journal, "ended", use(1), use(2, position=1))
    end(journal, "ended")
    assert journal.forget(["queued", "ended", "unknown"]) == ("ended",)
    assert journal.job("ended") is None
    assert journal.events("ended", 0) == ()
    assert journal.used_digests() == {use(1).blob.digest}
    assert journal.unused([use(1).blob.digest, use(2).blob.digest]) == {use(2).blob.digest}


def test_an_acknowledgement_never_goes_back(journal: Journal) -> None:
    accept(journal, "j")
    journal.acknowledge({"j": 5})
    journal.acknowledge({"j": 3})
    row = journal.job("j")
    assert row is not None
    assert row.acked == 5
    assert len(journal.events("j", 0)) == 1


def test_a_full_disk_leaves_the_journal_as_it_was(journal: Journal) -> None:
    accept(journal, "before")
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        journal.accept(new_job("big"), (), StoredEvent(1, bytes(1_000_000)))
    assert journal.job("big") is None
    journal._connection.execute("PRAGMA max_page_count = 1000000")
    accept(journal, "after")
    assert [row.job for row in journal.newest(None, "", 9)] == ["after", "before"]


def test_the_end_of_a_job_finds_room_where_nothing_else_does(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that is given up stands for the pages that become free."""
    accept(journal, "j")
    connection = journal._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    drop = Ballast.drop

    def drop_and_make_room(ballast: Ballast) -> bool:
        connection.execute("PRAGMA max_page_count = 1000000")
        return drop(ballast)

    monkeypatch.setattr(Ballast, "drop", drop_and_make_room)
    large = bytes(100_000)
    with pytest.raises(DiskFull):
        journal.append("j", StoredEvent(2, large))
    journal.append("j", StoredEvent(3, large), Change(JobState.FAILED, ended=1.0))
    row = journal.job("j")
    assert row is not None
    assert row.state is JobState.FAILED


def test_a_backend_starts_on_a_disk_that_is_full_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants to make room by forgetting something needs one that does."""
    Journal(tmp_path).close()
    count, tries = Journal._count_start, []

    def full_at_first(journal: Journal) -> None:
        tries.append(Path(tmp_path / "ballast").exists())
        if len(tries) == 1:
            raise DiskFull
        count(journal)

    monkeypatch.setattr(Journal, "_count_start", full_at_first)
    journal = Journal(tmp_path)
    assert tries == [True, False]
    assert journal.epoch == 2
    journal.close()


def test_age_outlives_sigkill_with_the_last_end(tmp_path: Path) -> None:
    clocks = HandClocks()
    journal = Journal(tmp_path, clocks.clocks)
    accept(journal, "j")
    clocks.pass_time(500.0)
    end(journal, "j")
    killed = sqlite3.connect(tmp_path / JOURNAL_FILE)
    kept = dict(killed.execute("SELECT name, value FROM meta"))
    killed.close()
    assert kept["age"] == 500
    row = journal.job("j")
    assert row is not None
    assert row.ended_age == 500
    journal.close()


WRITER = """
import sys
from pathlib import Path
from velatura_backend.journal.journal import Journal
from velatura_backend.journal.records import NewJob, StoredEvent
journal = Journal(Path(sys.argv[1]))
for number in range(100000):
    new = NewJob(f"j{number}", "me", "fill", "echo", "", 0.0, b"x" * 2000)
    journal.accept(new, (), StoredEvent(1, b"accepted"))
    print(number, flush=True)
"""


def test_what_was_accepted_survives_sigkill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "50\n":
                break
        process.send_signal(signal.SIGKILL)
        accepted = 50 + len(process.stdout.readlines())
    journal = Journal(tmp_path)
    assert list(tmp_path.glob("*damaged*")) == []
    for number in range(accepted + 1):
        assert journal.job(f"j{number}") is not None
    journal.close()
