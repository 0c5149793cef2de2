"""How much of the history goes into one message."""

from __future__ import annotations

from velatura_protocol.messages import JobSummary

# A summary without its texts, and a thumbnail's reference in it, as they are on the wire at most.
_SUMMARY_BYTES = 2048
_THUMBNAIL_BYTES = 256


def fitting(jobs: tuple[JobSummary, ...], most_bytes: int) -> tuple[JobSummary, ...]:
    """As many of the first as go into one message: prompts may be long."""
    left = most_bytes - _SUMMARY_BYTES
    for count, job in enumerate(jobs):
        texts = job.prompt, job.document_key, job.engine
        left -= sum(len(text.encode("utf-8")) for text in texts)
        left -= _SUMMARY_BYTES + _THUMBNAIL_BYTES * len(job.thumbnails)
        if left < 0:
            return jobs[:count]
    return jobs
