"""What happens to a job, as its client hears it."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where a job is; also where a cancel found it."""

    UPLOADING = "uploading"
    QUEUED = "queued"
    LOADING = "loading"
    ENCODING = "encoding"
    STEPPING = "stepping"
    DECODING = "decoding"
    COMPOSITING = "compositing"
    DELIVERING = "delivering"


class JobState(Enum):
    """A job ends in exactly one of the last three."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        return self in (JobState.FINISHED, JobState.FAILED, JobState.CANCELLED)
