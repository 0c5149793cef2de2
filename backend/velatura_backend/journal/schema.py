"""Tables of the journal and the steps from one version of them to the next."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

_VERSION_1 = """
CREATE TABLE clients (
    client TEXT PRIMARY KEY,
    secret_hash BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,
    job TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    operation TEXT NOT NULL,
    engine TEXT NOT NULL,
    document_key TEXT NOT NULL,
    created REAL NOT NULL,
    ended REAL,
    favourite INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    acked INTEGER NOT NULL DEFAULT 0,
    good INTEGER NOT NULL DEFAULT 0,
    submit BLOB NOT NULL
);
CREATE INDEX jobs_by_owner ON jobs (owner, document_key, number);
CREATE INDEX jobs_by_state ON jobs (state);

CREATE TABLE events (
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    message BLOB NOT NULL,
    PRIMARY KEY (job, seq)
) WITHOUT ROWID;

CREATE TABLE blob_uses (
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    position INTEGER NOT NULL,
    digest TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    depth TEXT NOT NULL,
    layout TEXT NOT NULL,
    PRIMARY KEY (job, purpose, position)
) WITHOUT ROWID;
CREATE INDEX blob_uses_by_digest ON blob_uses (digest);

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', 0);
"""

# ``ended_age``: the history's age when the job ended, see ``journal_age``. What had ended before
# there was such a clock is as old as the clock.
_VERSION_2 = """
ALTER TABLE jobs ADD COLUMN ended_age INTEGER;
UPDATE jobs SET ended_age = 0 WHERE ended IS NOT NULL;
INSERT INTO meta VALUES ('age', 0), ('seen', 0);
"""

Step = Callable[[sqlite3.Connection], None]


def _create(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _VERSION_1)


def _add_age(connection: sqlite3.Connection) -> None:
    _execute_all(connection, _VERSION_2)


def _execute_all(connection: sqlite3.Connection, statements: str) -> None:
    """One by one: ``executescript`` would commit what the step has done so far."""
    for statement in statements.split(";"):
        if statement.strip():
            connection.execute(statement)


# Step n leads from version n to n + 1; a released step is never edited.
STEPS: tuple[Step, ...] = (_create, _add_age)


class NewerSchema(Exception):
    """The database was written by a later Velatura."""


def migrate(connection: sqlite3.Connection, steps: tuple[Step, ...] = STEPS) -> None:
    """Brings the database to the newest version, each step whole or not at all.

    :raises NewerSchema: it is newer than this program
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(steps):
        raise NewerSchema(f"the journal has version {version}, this program knows {len(steps)}")
    for number in range(version, len(steps)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            steps[number](connection)
            connection.execute(f"PRAGMA user_version = {number + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
