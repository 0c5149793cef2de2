from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from velatura_backend.journal.file import open_or_replace
from velatura_protocol.errors import BackendUnavailable, DiskFull


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def aside(path: Path) -> list[Path]:
    return [each for each in path.parent.glob("*.damaged-*") if each.name[-1].isdigit()]


def test_a_sound_journal_is_opened_again(path: Path) -> None:
    first, _ = open_or_replace(path)
    first.execute("INSERT INTO clients VALUES ('me', x'00')")
    first.close()
    again, damaged = open_or_replace(path)
    assert len(again.execute("SELECT * FROM clients").fetchall()) == 1
    assert damaged is None
    again.close()
    assert aside(path) == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_written_is_on_the_disk(path: Path) -> None:
    connection, _ = open_or_replace(path)
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    connection.close()


def test_each_damaged_journal_is_kept_beside_a_new_one(path: Path) -> None:
    for number in (1, 2):
        path.write_bytes(b"this was a database" * 1000)
        connection, damaged = open_or_replace(path)
        connection.close()
        assert damaged in aside(path)
        assert len(aside(path)) == number
    for kept in aside(path):
        assert kept.read_bytes().startswith(b"this was a database")


def test_damage_inside_is_found(path: Path) -> None:
    connection, _ = open_or_replace(path)
    for number in range(2000):
        connection.execute("INSERT INTO clients VALUES (?, ?)", (f"c{number}", os.urandom(32)))
    connection.close()
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 20] = b"\xa5" * 4096 * 17
    path.write_bytes(data)
    again, damaged = open_or_replace(path)
    assert again.execute("SELECT * FROM clients").fetchall() == []
    again.close()
    assert aside(path) == [damaged]


def test_a_journal_of_the_future_is_left_alone(path: Path) -> None:
    open_or_replace(path)[0].close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BackendUnavailable) as caught:
        open_or_replace(path)
    assert caught.value.params == {"reason": "journal_from_later_version"}
    assert aside(path) == []


def test_a_journal_that_cannot_be_opened_is_no_damaged_one(path: Path) -> None:
    path.mkdir()
    with pytest.raises(BackendUnavailable) as caught:
        open_or_replace(path)
    assert caught.value.params == {"reason": "journal_unreadable"}
    assert path.is_dir()


def test_the_pixels_of_a_damaged_journal_are_kept_with_it(path: Path) -> None:
    for number in (1, 2):
        (path.parent / "blobs").mkdir()
        (path.parent / "blobs" / f"{number:064x}").write_bytes(b"pixels")
        path.write_bytes(b"this was a database" * 1000)
        open_or_replace(path)[0].close()
        assert not (path.parent / "blobs").exists()
        kept = path.parent / f"blobs.damaged-{number}"
        assert [each.name for each in kept.iterdir()] == [f"{number:064x}"]


def test_killed_between_the_pixels_and_the_journal(path: Path) -> None:
    """The journal is still damaged at the next start, and the pixels are aside already."""
    path.write_bytes(b"this was a database" * 1000)
    (path.parent / "blobs.damaged-1").mkdir()
    (path.parent / "blobs.damaged-1" / "pixels").write_bytes(b"kept")
    (path.parent / "blobs").mkdir()
    open_or_replace(path)[0].close()
    assert (path.parent / "blobs.damaged-1" / "pixels").read_bytes() == b"kept"


def test_no_room_to_open_it_is_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(connection: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr("velatura_backend.journal.file.migrate", full)
    with pytest.raises(DiskFull):
        open_or_replace(path)
    assert aside(path) == []
