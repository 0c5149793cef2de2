from __future__ import annotations

from velatura_backend.connections.fitting import fitting
from velatura_protocol.codec import decode, encode
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import JobState
from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef, ErrorInfo, Jobs, JobSummary, Limits
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Operation

LIMITS = Limits()


def summary(number: int, prompt: str, thumbnails: int = 1) -> JobSummary:
    blob = BlobRef("ab" * 32, Size(128, 128), MASK_FORMAT)
    error = ErrorInfo(ErrorCode.ENGINE_ERROR, {"engine": "e" * 64, "kind": "k" * 64})
    name = f"{number:064d}"
    return JobSummary(
        job=name,
        state=JobState.FAILED,
        operation=Operation.RETARGET,
        engine="engine",
        created=1e9,
        variations=64,
        prompt=prompt,
        document_key="k" * 256,
        error=error,
        thumbnails=(blob,) * thumbnails,
        canvas=Size(9, 9),
    )


def test_short_ones_go_all() -> None:
    jobs = tuple(summary(n, "short") for n in range(1000))
    assert fitting(jobs, LIMITS.message_bytes) == jobs
    decode(encode(Jobs(1, jobs)), LIMITS)


def test_long_ones_go_as_far_as_a_message_holds() -> None:
    for prompt in ("x" * 20_000, "ä" * 20_000, "\U0001f58c" * 20_000):
        jobs = tuple(summary(n, prompt, 64) for n in range(1000))
        kept = fitting(jobs, LIMITS.message_bytes)
        assert 20 < len(kept) < 1000
        assert kept == jobs[: len(kept)]
        decode(encode(Jobs(1, kept)), LIMITS)


def test_none_is_none() -> None:
    assert fitting((), 10) == ()
    assert fitting((summary(1, "x"),), 10) == ()
