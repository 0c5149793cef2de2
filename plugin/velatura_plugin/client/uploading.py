"""A job's inputs on their way out: names, digests, and what was sent before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef, Submit
from velatura_protocol.pixels import PixelFormat, Pixels

from .jobbook import ClientJob

_Shape = tuple[Size, PixelFormat]


def wire_name(job: str, key: str) -> str:
    """Ids are used once per connection, and jobs have ids of their own."""
    return f"{job}-{key}"


def submit_message(job: ClientJob) -> Submit:
    order = job.order
    inputs = tuple(
        replace(each, blob=wire_name(order.job, each.blob)) for each in order.task.inputs
    )
    return Submit(order.job, replace(order.task, inputs=inputs), order.priority, order.live)


@dataclass
class _Sending:
    job: ClientJob
    key: str
    pixels: Pixels


@dataclass(frozen=True)
class Through:
    """An input that is sent. ``ref``: what it is known by from now on, None where unknown."""

    job: ClientJob
    pixels: Pixels
    ref: BlobRef | None


class Uploads:
    """Blobs that are being sent on this connection, and the shapes of those sent on any."""

    def __init__(self) -> None:
        self._shapes: set[_Shape] = set()
        self._sending: dict[str, _Sending] = {}
        self._owners: dict[str, ClientJob] = {}
        self._sent: dict[str, int] = {}

    def is_likely_known(self, pixels: Pixels) -> bool:
        """Whether hashing first may save sending. Pixels of a new shape are never known there, and
        hashing them first would only delay them."""
        return (pixels.size, pixels.format) in self._shapes

    def begin(self, job: ClientJob, key: str, pixels: Pixels) -> str:
        """The blob's name on the wire."""
        name = wire_name(job.name, key)
        self._shapes.add((pixels.size, pixels.format))
        self._sending[name] = _Sending(job, key, pixels)
        self._owners[name] = job
        return name

    def finish(self, name: str, digest: str) -> Through | None:
        """None: it was given up before."""
        sending = self._sending.pop(name, None)
        if sending is None:
            return None
        job, pixels = sending.job, sending.pixels
        digest = digest or job.digests.get(sending.key, "")
        self._sent[job.name] = self._sent.get(job.name, 0) + memoryview(pixels.data).nbytes
        if digest:
            job.digests[sending.key] = digest
        ref = BlobRef(digest, pixels.size, pixels.format) if digest else None
        return Through(job, pixels, ref)

    def job_of(self, name: str) -> ClientJob | None:
        """Also of one that is through: the backend may refuse it even then."""
        return self._owners.get(name)

    def names_of(self, job: str) -> list[str]:
        return [name for name, sending in self._sending.items() if sending.job.name == job]

    def progress(self, job: ClientJob) -> tuple[int, int]:
        """Bytes through, and of all."""
        total = sum(memoryview(each.data).nbytes for each in job.order.blobs.values())
        return self._sent.get(job.name, 0), total

    def connection_lost(self) -> None:
        self._sending.clear()
        self._owners.clear()
        self._sent.clear()
