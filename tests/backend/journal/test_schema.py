from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from velatura_backend.config import Retention
from velatura_backend.journal.journal import JOURNAL_FILE, Journal
from velatura_backend.journal.retention import expired
from velatura_backend.journal.schema import STEPS, NewerSchema, migrate
from velatura_protocol.events import JobState


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def test_a_new_database_gets_every_step(database: sqlite3.Connection) -> None:
    migrate(database)
    assert version(database) == len(STEPS)
    migrate(database)


def test_an_older_database_gets_the_steps_it_lacks(database: sqlite3.Connection) -> None:
    migrate(database)

    def add_note(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE jobs ADD COLUMN note TEXT NOT NULL DEFAULT ''")

    migrate(database, (*STEPS, add_note))
    assert version(database) == len(STEPS) + 1
    database.execute("SELECT note FROM jobs")


def test_a_step_that_fails_leaves_nothing(database: sqlite3.Connection) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (x)")
        raise RuntimeError("step")

    with pytest.raises(RuntimeError, match="step"):
        migrate(database, (*STEPS, broken))
    assert version(database) == len(STEPS)
    with pytest.raises(sqlite3.OperationalError):
        database.execute("SELECT * FROM half")


# Version 1 as it was released, with a job of each kind; never edited.
_RELEASED_1 = """
CREATE TABLE clients (client TEXT PRIMARY KEY, secret_hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY, job TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
    state TEXT NOT NULL, operation TEXT NOT NULL, engine TEXT NOT NULL,
    document_key TEXT NOT NULL, created REAL NOT NULL, ended REAL,
    favourite INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    acked INTEGER NOT NULL DEFAULT 0, good INTEGER NOT NULL DEFAULT 0, submit BLOB NOT NULL
);
CREATE INDEX jobs_by_owner ON jobs (owner, document_key, number);
CREATE INDEX jobs_by_state ON jobs (state);
CREATE TABLE events (
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL, message BLOB NOT NULL, PRIMARY KEY (job, seq)
) WITHOUT ROWID;
CREATE TABLE blob_uses (
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    purpose TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, depth TEXT NOT NULL, layout TEXT NOT NULL,
    PRIMARY KEY (job, purpose, position)
) WITHOUT ROWID;
CREATE INDEX blob_uses_by_digest ON blob_uses (digest);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 7);
INSERT INTO clients VALUES ('panel', x'00ff');
INSERT INTO jobs VALUES
    (1, 'done', 'panel', 'finished', 'fill', 'echo', 'doc', 100.5, 101.5, 1, 6, 9, 9, 1, x'01'),
    (2, 'waits', 'panel', 'queued', 'fill', 'echo', '', 200.5, NULL, 0, 7, 1, 0, 0, x'02');
INSERT INTO events VALUES (1, 1, x'0a'), (1, 9, x'0b'), (2, 1, x'0c');
INSERT INTO blob_uses VALUES (1, 'result', 0, 'd1', 3, 2, 'u8', 'g');
PRAGMA user_version = 1;
"""


def test_a_journal_of_version_1_is_taken_over_whole(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / JOURNAL_FILE)
    old.executescript(_RELEASED_1)
    old.close()
    journal = Journal(tmp_path)
    done, waits = journal.job("done"), journal.job("waits")
    assert done is not None
    assert waits is not None
    assert (done.state, done.ended, done.ended_age) == (JobState.FINISHED, 101.5, 0)
    assert (done.favourite, done.good, done.acked, done.submit) == (True, 1, 9, b"\x01")
    assert (waits.state, waits.ended, waits.ended_age) == (JobState.QUEUED, None, None)
    assert [each.seq for each in journal.events("done", 0)] == [1, 9]
    assert [each.blob.digest for each in journal.uses("done")] == ["d1"]
    assert journal.epoch == 8
    assert expired(journal, Retention()) == ()
    journal.close()
    Journal(tmp_path).close()
    assert not list(tmp_path.glob("*damaged*"))


def test_a_newer_database_is_refused(database: sqlite3.Connection) -> None:
    migrate(database)
    with pytest.raises(NewerSchema):
        migrate(database, ())
