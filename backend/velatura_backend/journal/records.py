"""What the journal records, and how its rows are read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import Enum

from velatura_protocol.events import JobState
from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import Depth, Layout, PixelFormat


class Purpose(Enum):
    INPUT = "input"
    RESULT = "result"
    THUMBNAIL = "thumbnail"


@dataclass(frozen=True)
class BlobUse:
    """A job holds this blob. ``position`` orders the blobs of one purpose."""

    purpose: Purpose
    position: int
    blob: BlobRef


@dataclass(frozen=True)
class NewJob:
    """``submit`` is the whole message as it came, encoded."""

    job: str
    owner: str
    operation: str
    engine: str
    document_key: str
    created: float
    submit: bytes


@dataclass(frozen=True)
class JobRow:
    """``last_seq`` is the newest durable event's; ``epoch`` the start of the backend that accepted
    the job, counted from 1; ``good`` the number of its good variations; ``ended_age`` the history's
    age when it ended, in seconds."""

    job: str
    owner: str
    state: JobState
    operation: str
    engine: str
    document_key: str
    created: float
    ended: float | None
    ended_age: int | None
    favourite: bool
    epoch: int
    last_seq: int
    acked: int
    good: int
    submit: bytes


@dataclass(frozen=True)
class StoredEvent:
    seq: int
    message: bytes


@dataclass(frozen=True)
class Change:
    """What comes with an event: a new state, blobs, good variations, the time it ended."""

    state: JobState | None = None
    uses: tuple[BlobUse, ...] = ()
    good: int = 0
    ended: float | None = None


NO_CHANGE = Change()


def job_row(row: sqlite3.Row) -> JobRow:
    return JobRow(
        job=row["job"],
        owner=row["owner"],
        state=JobState(row["state"]),
        operation=row["operation"],
        engine=row["engine"],
        document_key=row["document_key"],
        created=row["created"],
        ended=row["ended"],
        ended_age=row["ended_age"],
        favourite=bool(row["favourite"]),
        epoch=row["epoch"],
        last_seq=row["last_seq"],
        acked=row["acked"],
        good=row["good"],
        submit=row["submit"],
    )


def blob_use(row: sqlite3.Row) -> BlobUse:
    pixel_format = PixelFormat(Depth(row["depth"]), Layout(row["layout"]))
    blob = BlobRef(row["digest"], Size(row["width"], row["height"]), pixel_format)
    return BlobUse(Purpose(row["purpose"]), row["position"], blob)
