"""What the journal can be asked. Every question is one look: nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from velatura_protocol.events import JobState
from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import Depth, Layout, PixelFormat

from .records import BlobUse, JobRow, StoredEvent, blob_use, job_row

UNENDED = (JobState.QUEUED.value, JobState.RUNNING.value)


class JournalReading:
    """The half of :class:`~.journal.Journal` that reads, over its connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def job(self, job: str) -> JobRow | None:
        row = self._connection.execute("SELECT * FROM jobs WHERE job = ?", (job,)).fetchone()
        return None if row is None else job_row(row)

    def unended(self) -> tuple[JobRow, ...]:
        """Queued and running jobs, oldest first."""
        rows = self._connection.execute(
            "SELECT * FROM jobs WHERE state IN (?, ?) ORDER BY number", UNENDED
        )
        return tuple(job_row(row) for row in rows)

    def newest(
        self, owner: str | None, document_key: str, limit: int, before: str = ""
    ) -> tuple[JobRow, ...]:
        """Newest first. ``owner`` None: everyone's; an empty ``document_key``: all documents; with
        ``before`` only those older than this job, of which there are none if it is unknown."""
        rows = self._connection.execute(
            "SELECT * FROM jobs WHERE (?1 IS NULL OR owner = ?1)"
            " AND (?2 = '' OR document_key = ?2)"
            " AND (?4 = '' OR number < (SELECT number FROM jobs WHERE job = ?4))"
            " ORDER BY number DESC LIMIT ?3",
            (owner, document_key, limit, before),
        )
        return tuple(job_row(row) for row in rows)

    def ended_oldest_first(self) -> tuple[JobRow, ...]:
        """Ended jobs that are no favourites."""
        rows = self._connection.execute(
            "SELECT * FROM jobs WHERE state NOT IN (?, ?) AND favourite = 0 ORDER BY number",
            UNENDED,
        )
        return tuple(job_row(row) for row in rows)

    def events(self, job: str, after_seq: int) -> tuple[StoredEvent, ...]:
        rows = self._connection.execute(
            "SELECT seq, message FROM events WHERE seq > ?"
            " AND job = (SELECT number FROM jobs WHERE job = ?) ORDER BY seq",
            (after_seq, job),
        )
        return tuple(StoredEvent(row["seq"], row["message"]) for row in rows)

    def last_event(self, job: str) -> StoredEvent | None:
        row = self._connection.execute(
            "SELECT seq, message FROM events"
            " WHERE job = (SELECT number FROM jobs WHERE job = ?) ORDER BY seq DESC LIMIT 1",
            (job,),
        ).fetchone()
        return None if row is None else StoredEvent(row["seq"], row["message"])

    def uses(self, job: str) -> tuple[BlobUse, ...]:
        rows = self._connection.execute(
            "SELECT * FROM blob_uses WHERE job = (SELECT number FROM jobs WHERE job = ?)"
            " ORDER BY purpose, position",
            (job,),
        )
        return tuple(blob_use(row) for row in rows)

    def blob_of(self, owner: str | None, digest: str) -> BlobRef | None:
        """The blob, if a job of ``owner`` (None: anybody's) has it."""
        row = self._connection.execute(
            "SELECT u.* FROM blob_uses u JOIN jobs j ON j.number = u.job"
            " WHERE u.digest = ?1 AND (?2 IS NULL OR j.owner = ?2) LIMIT 1",
            (digest, owner),
        ).fetchone()
        return None if row is None else blob_use(row).blob

    def used_digests(self) -> frozenset[str]:
        rows = self._connection.execute("SELECT DISTINCT digest FROM blob_uses")
        return frozenset(row["digest"] for row in rows)

    def holdings(self) -> dict[str, dict[str, int]]:
        """For each job the blobs it holds, with their bytes."""
        held: dict[str, dict[str, int]] = {}
        rows = self._connection.execute(
            "SELECT j.job AS name, u.* FROM blob_uses u JOIN jobs j ON j.number = u.job"
        )
        for row in rows:
            blob = blob_use(row).blob
            held.setdefault(row["name"], {})[blob.digest] = blob.format.byte_count(blob.size)
        return held

    def held_bytes(self) -> int:
        """Of all blobs that jobs hold, each counted once. Summed up by the database: told blob by
        blob, a history of 5,000 jobs took 20 MB and a third of a second."""
        rows = self._connection.execute(
            "SELECT depth, layout, sum(width * height) AS pixels FROM"
            " (SELECT digest, depth, layout, width, height FROM blob_uses GROUP BY digest)"
            " GROUP BY depth, layout"
        )
        return sum(_pixel_bytes(row["depth"], row["layout"]) * row["pixels"] for row in rows)

    def oldest_end(self) -> int | None:
        """The age of the history when the first of the ended jobs that are no favourites ended;
        None if there are none."""
        row = self._connection.execute(
            "SELECT min(coalesce(ended_age, 0)) AS oldest FROM jobs"
            " WHERE state NOT IN (?, ?) AND favourite = 0",
            UNENDED,
        ).fetchone()
        return None if row["oldest"] is None else int(row["oldest"])

    def unused(self, digests: Iterable[str]) -> frozenset[str]:
        """Those of them that no job holds."""
        return frozenset(digest for digest in digests if self.blob_of(None, digest) is None)

    def _meta(self, name: str) -> int:
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return int(row["value"])

    def _number(self, job: str) -> int:
        row = self._connection.execute("SELECT number FROM jobs WHERE job = ?", (job,)).fetchone()
        return int(row["number"])


def _pixel_bytes(depth: str, layout: str) -> int:
    return PixelFormat(Depth(depth), Layout(layout)).byte_count(Size(1, 1))
