"""The durable record of jobs: who asked, what happened, which blobs belong to it.

One thread owns the database (:class:`~velatura_backend.journal.thread.JournalThread`), so that a
slow disk never holds up the event loop. What a client is promised is on the disk when the method
returns; starts and acknowledgements outlive this process, and reach the disk with the next promise.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from velatura_protocol.errors import DiskFull
from velatura_protocol.events import JobState

from ..clocks import SYSTEM, Clocks
from .age import Age, KeptAge
from .ballast import Ballast
from .file import is_full, open_or_replace, open_to_read
from .reading import UNENDED, JournalReading
from .records import NO_CHANGE, BlobUse, Change, NewJob, StoredEvent

JOURNAL_FILE = "journal.sqlite3"

Answer = TypeVar("Answer")


class Journal(JournalReading):
    """``moved_aside``: where a damaged one is, in whose place this one was begun.

    :raises BackendUnavailable: it was written by a later version, or cannot be opened at all
    """

    def __init__(self, directory: Path, clocks: Clocks = SYSTEM) -> None:
        self._path = directory / JOURNAL_FILE
        connection, self.moved_aside = open_or_replace(self._path)
        super().__init__(connection)
        self._is_shared = False
        self._ballast = Ballast(directory)
        try:
            self._age = Age(KeptAge(self._meta("age"), self._meta("seen")), clocks)
            self.epoch = self._next_epoch()
        except BaseException:
            self._connection.close()
            raise
        self._ballast.load()

    def close(self) -> None:
        # A clock that loses what it counted since the last job's end is slow, and nothing worse.
        with contextlib.suppress(DiskFull, sqlite3.Error):
            self.keep_age()
        self._connection.close()

    def reading(self) -> JournalReading:
        """Another look at it, for another thread; to be closed before this."""
        return JournalReading(open_to_read(self._path))

    @property
    def age(self) -> int:
        """Of the history, in seconds, whatever the wall clock says."""
        return self._age.now()

    def keep_age(self, *, waits: bool = False) -> None:
        """Has the age go on from here after a restart."""
        with self._transaction(waits=waits):
            self._write_age()

    def flush(self) -> None:
        """What did not wait for the disk before is on it when this returns."""
        self.keep_age(waits=True)

    def together(
        self, actions: Sequence[Callable[[Journal], Answer]], *, waits: bool
    ) -> list[Answer | Exception]:
        """Several actions in one transaction, so that they wait for the disk once: what each
        returned, or raised. They must leave nothing behind but what they write here.

        :raises sqlite3.Error: the database did not take it; nothing is recorded of any of them
        """
        self._is_shared = True
        try:
            with self._whole(waits=waits):
                return [self._outcome(action) for action in actions]
        finally:
            self._is_shared = False

    def _outcome(self, action: Callable[[Journal], Answer]) -> Answer | Exception:
        try:
            return action(self)
        except sqlite3.Error:
            raise
        except Exception as error:
            return error

    # -- clients -----------------------------------------------------------------------------------

    def claim_client(self, client: str, secret: str) -> bool:
        """Whether ``client`` is the holder of ``secret``; an unknown one is from now on."""
        secret_hash = hashlib.blake2b(secret.encode("utf-8"), digest_size=32).digest()
        with self._transaction():
            self._connection.execute(
                "INSERT OR IGNORE INTO clients VALUES (?, ?)", (client, secret_hash)
            )
            row = self._connection.execute(
                "SELECT secret_hash FROM clients WHERE client = ?", (client,)
            ).fetchone()
        return hmac.compare_digest(bytes(row["secret_hash"]), secret_hash)

    # -- a job's life ------------------------------------------------------------------------------

    def accept(self, new: NewJob, uses: Iterable[BlobUse], event: StoredEvent) -> None:
        """:raises DiskFull: and nothing is recorded"""
        with self._transaction():
            self._connection.execute(
                "INSERT INTO jobs (job, owner, state, operation, engine, document_key, created,"
                " epoch, last_seq, submit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    new.job,
                    new.owner,
                    JobState.QUEUED.value,
                    new.operation,
                    new.engine,
                    new.document_key,
                    new.created,
                    self.epoch,
                    event.seq,
                    new.submit,
                ),
            )
            number = self._number(new.job)
            self._insert_event(number, event)
            self._insert_uses(number, uses)

    def append(self, job: str, event: StoredEvent, change: Change = NO_CHANGE) -> None:
        """The last room on the disk is kept for the ends of jobs.

        :raises DiskFull: and nothing is recorded
        """
        self._with_ballast(lambda: self._append(job, event, change), worth=change.ended is not None)

    def _append(self, job: str, event: StoredEvent, change: Change) -> None:
        # A start that a power cut takes back has not happened: the job is queued, and runs again.
        with self._transaction(waits=change.state is not JobState.RUNNING):
            number = self._number(job)
            self._insert_event(number, event)
            self._insert_uses(number, change.uses)
            self._connection.execute(
                "UPDATE jobs SET last_seq = ?, state = coalesce(?, state), good = good + ?,"
                " ended = coalesce(?, ended) WHERE number = ?",
                (event.seq, change.state and change.state.value, change.good, change.ended, number),
            )
            if change.ended is not None:
                self._write_age()
                self._connection.execute(
                    "UPDATE jobs SET ended_age = ? WHERE number = ?", (self.age, number)
                )

    def acknowledge(self, seqs: Mapping[str, int]) -> None:
        """Up to where the client of each job has its events."""
        with self._transaction(waits=False):
            self._connection.executemany(
                "UPDATE jobs SET acked = max(acked, ?) WHERE job = ?",
                [(seq, job) for job, seq in seqs.items()],
            )

    def set_favourite(self, job: str, *, favourite: bool) -> None:
        with self._transaction():
            self._connection.execute(
                "UPDATE jobs SET favourite = ? WHERE job = ?", (int(favourite), job)
            )

    def forget(self, jobs: Iterable[str]) -> tuple[str, ...]:
        """Deletes those of the jobs that have ended; returns which they were.

        :raises DiskFull: none were; even forgetting takes a little room
        """
        names = tuple(jobs)
        return self._with_ballast(lambda: self._forget(names))

    def _forget(self, jobs: tuple[str, ...]) -> tuple[str, ...]:
        gone: list[str] = []
        with self._transaction():
            for job in jobs:
                deleted = self._connection.execute(
                    "DELETE FROM jobs WHERE job = ? AND state NOT IN (?, ?)", (job, *UNENDED)
                )
                if deleted.rowcount:
                    gone.append(job)
        return tuple(gone)

    def take_ballast(self) -> None:
        """Keeps a little of the disk back again, where it was given up and there is room."""
        self._ballast.load()

    # -- inside ------------------------------------------------------------------------------------

    def _next_epoch(self) -> int:
        """With the last room on the disk, if need be: who wants to forget something to make room
        needs a backend that starts."""
        self._with_ballast(self._count_start)
        return self._meta("epoch")

    def _count_start(self) -> None:
        with self._transaction():
            self._connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
            self._write_age()

    def _write_age(self) -> None:
        kept = self._age.to_keep()
        self._connection.executemany(
            "UPDATE meta SET value = ? WHERE name = ?", ((kept.age, "age"), (kept.seen, "seen"))
        )

    def _with_ballast(self, write: Callable[[], Answer], *, worth: bool = True) -> Answer:
        """Once more without the ballast where the disk is full and it is ``worth`` that."""
        try:
            return write()
        except DiskFull:
            if not worth or not self._ballast.drop():
                raise
            return write()

    def _insert_event(self, number: int, event: StoredEvent) -> None:
        self._connection.execute(
            "INSERT INTO events VALUES (?, ?, ?)", (number, event.seq, event.message)
        )

    def _insert_uses(self, number: int, uses: Iterable[BlobUse]) -> None:
        self._connection.executemany(
            "INSERT INTO blob_uses VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    use.purpose.value,
                    use.position,
                    use.blob.digest,
                    use.blob.size.width,
                    use.blob.size.height,
                    use.blob.format.depth.value,
                    use.blob.format.layout.value,
                )
                for use in uses
            ],
        )

    @contextlib.contextmanager
    def _transaction(self, *, waits: bool = True) -> Generator[None]:
        """``waits`` for the disk; otherwise it outlives this process, but not a power cut."""
        if self._is_shared:
            with self._part():
                yield
            return
        try:
            with self._whole(waits=waits):
                yield
        except sqlite3.OperationalError as error:
            if is_full(error):
                raise DiskFull from error
            raise

    @contextlib.contextmanager
    def _whole(self, *, waits: bool) -> Generator[None]:
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if waits else 'NORMAL'}")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A full disk may have rolled it back already.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _part(self) -> Generator[None]:
        """Of a transaction that others share; what the database itself complains of is theirs."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except sqlite3.Error:
            raise
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            raise
        self._connection.execute("RELEASE part")
