from __future__ import annotations

import sqlite3

import pytest

from velatura_backend.journal_schema import STEPS, NewerSchema, migrate


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


def test_a_newer_database_is_refused(database: sqlite3.Connection) -> None:
    migrate(database)
    with pytest.raises(NewerSchema):
        migrate(database, ())
