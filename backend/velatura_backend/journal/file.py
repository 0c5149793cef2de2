"""The journal's database file: opened, checked, and kept aside when it is damaged."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

from velatura_protocol.errors import BackendUnavailable, DiskFull

from .schema import NewerSchema, migrate

_log = logging.getLogger("velatura.journal")

_SIDE_FILES = ("", "-wal", "-shm")
_PIXELS = "blobs"


def open_or_replace(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """The database; a damaged one is moved aside with the pixels it knew of, a new one begun, and
    where the old one is said.

    :raises BackendUnavailable: it was written by a later version, or cannot be opened at all
    :raises DiskFull: there is no room to open it
    """
    try:
        return _open(path), None
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and not _is_corruption(error):
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
                raise DiskFull from error
            raise BackendUnavailable(reason="journal_unreadable") from error
    aside = _move_aside(path)
    _log.warning("the journal is damaged; it is kept as %s", aside.name)
    return _open(path), aside


def open_to_read(path: Path) -> sqlite3.Connection:
    """A database that is open already, once more."""
    # Read-only it could not be read where the last writer was killed.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open(path: Path) -> sqlite3.Connection:
    # Opened in one thread, used in another that has it to itself.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check found damage")
        migrate(connection)
    except NewerSchema as error:
        connection.close()
        raise BackendUnavailable(reason="journal_from_later_version") from error
    except BaseException:
        connection.close()
        raise
    path.chmod(0o600)
    return connection


def _move_aside(path: Path) -> Path:
    """Keeps a damaged journal for whoever wants to rescue something from it, and the pixels of its
    jobs: to the new one they are nobody's, and would be swept away."""
    number = 1
    while path.with_name(f"{path.name}.damaged-{number}").exists():
        number += 1
    aside = path.with_name(f"{path.name}.damaged-{number}")
    pixels = path.with_name(_PIXELS)
    kept = path.with_name(f"{_PIXELS}.damaged-{number}")
    # Pixels first: killed in between, the next start finds the journal still damaged.
    if pixels.is_dir() and not kept.exists():
        pixels.replace(kept)
    for suffix in _SIDE_FILES:
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(aside.with_name(aside.name + suffix))
    return aside


def _is_corruption(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_full(error: sqlite3.OperationalError) -> bool:
    """Whether there was no room; a quota that is used up comes as an input/output error."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
