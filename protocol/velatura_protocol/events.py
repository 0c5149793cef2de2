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
