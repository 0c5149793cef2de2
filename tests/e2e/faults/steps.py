"""How each step of a job looks on the wire."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.faults.line import Message
from tests.e2e.faults.table import Step

Sees = Callable[[Message, bool], bool]


def sight_of(step: Step, job: str, result_bytes: int) -> Sees:
    """True for the message that is this step of the job. ``result_bytes``: of its pixels."""
    match step:
        case Step.UPLOAD_BEGUN:
            return lambda m, up: up and m["t"] == "blob" and m["blob"].startswith(job)
        case Step.CHUNK:
            return _third_chunk(lambda m, up: up and m["blob"].startswith(job))
        case Step.SUBMIT | Step.ACCEPTED | Step.STARTED | Step.ACK:
            name = {Step.SUBMIT: "submit", Step.ACK: "ack"}.get(step, step.value)
            return lambda m, up: m["t"] == name and m["job"] == job
        case Step.PREVIEW:
            return _nth(2, lambda m, up: m["t"] == "preview" and m["job"] == job)
        case Step.RESULT_HEADER:
            return lambda m, up: _is_result(m, up, result_bytes)
        case Step.RESULT_CHUNK:
            return _chunk_of_result(result_bytes)


def _is_result(message: Message, upwards: bool, size: int) -> bool:
    """Previews have no digest; a thumbnail or a mask is smaller."""
    is_blob = not upwards and message["t"] == "blob"
    return is_blob and bool(message.get("digest")) and message["bytes"] == size


def _nth(count: int, sees: Sees) -> Sees:
    seen: list[Message] = []

    def counted(message: Message, upwards: bool) -> bool:
        if sees(message, upwards):
            seen.append(message)
            return len(seen) == count
        return False

    return counted


def _third_chunk(sees: Sees) -> Sees:
    return _nth(3, lambda m, up: m["t"] == "chunk" and sees(m, up))


def _chunk_of_result(size: int) -> Sees:
    names: set[str] = set()
    third = _third_chunk(lambda m, up: not up and m["blob"] in names)

    def sees(message: Message, upwards: bool) -> bool:
        if _is_result(message, upwards, size):
            names.add(message["blob"])
        return third(message, upwards)

    return sees
