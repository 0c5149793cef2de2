"""What the client remembers of its jobs, over all connections. I/O thread only; does no I/O."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from velatura_protocol.messages import (
    Accepted,
    BlobRef,
    CancelledJob,
    ErrorInfo,
    Failed,
    Finished,
    JobEvent,
    Result,
    ResumePoint,
    VariationFailed,
)
from velatura_protocol.pixels import Pixels

from .events import ClientEvent, ThumbnailArrived, VariationArrived
from .order import JobOrder
from .results import blob_refs, with_pixels

Emit = Callable[[ClientEvent], None]


@dataclass
class ClientJob:
    """``is_sent``: a submit went out, on whatever connection, and ``tries`` on how many.
    ``delivered``: the controller has all
    events up to it. ``waiting``: those after it; the first one may still lack pixels."""

    order: JobOrder
    is_sent: bool = False
    tries: int = 0
    is_accepted: bool = False
    is_cancelled: bool = False
    is_ended: bool = False
    delivered: int = 0
    waiting: deque[JobEvent] = field(default_factory=deque[JobEvent])
    pixels: dict[BlobRef, Pixels] = field(default_factory=dict[BlobRef, Pixels])
    lost: set[str] = field(default_factory=set[str])
    digests: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        return self.order.job


class JobBook:
    """Jobs from submit until their end is delivered, and the pixels that are here already."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._jobs: dict[str, ClientJob] = {}
        self._known: weakref.WeakValueDictionary[BlobRef, Pixels] = weakref.WeakValueDictionary()

    def __iter__(self) -> Iterator[ClientJob]:
        return iter(list(self._jobs.values()))

    def get(self, job: str) -> ClientJob | None:
        return self._jobs.get(job)

    def add(self, order: JobOrder) -> ClientJob:
        return self._jobs.setdefault(order.job, ClientJob(order))

    def drop(self, job: str) -> None:
        self._jobs.pop(job, None)

    def know(self, ref: BlobRef, pixels: Pixels) -> None:
        """These pixels need no fetching as long as somebody holds them."""
        self._known[ref] = pixels

    def resume_points(self) -> tuple[ResumePoint, ...]:
        return tuple(ResumePoint(each.name, each.delivered) for each in self if each.is_accepted)

    def connection_lost(self) -> None:
        """What was not delivered is told again on the next connection."""
        for job in self:
            job.waiting.clear()

    # -- events and pixels, in

    def take(self, event: JobEvent) -> list[BlobRef]:
        """Delivers the event as soon as all before it are; what has to be fetched for it."""
        job = self._jobs.get(event.job)
        if job is None:
            return []
        if isinstance(event, Accepted):
            job.is_accepted = True
        job.waiting.append(event)
        missing = self._missing(job, event) if isinstance(event, Result) else []
        self._advance(job)
        return missing

    def arrived(self, ref: BlobRef, pixels: Pixels) -> None:
        self.know(ref, pixels)
        for job in self:
            wanted = [each for each in job.waiting if isinstance(each, Result)]
            for result in wanted:
                if result.variation.thumbnail == ref:
                    self._tell_thumbnail(result, pixels)
                if ref in _refs(result):
                    job.pixels[ref] = pixels
            self._advance(job)

    def lost(self, digest: str, error: ErrorInfo) -> None:
        """Those pixels are not to be had: the variations that need them have failed."""
        for job in self:
            job.lost.add(digest)
            for index, event in enumerate(job.waiting):
                if isinstance(event, Result) and _needs(event, digest):
                    variation = event.variation.index
                    job.waiting[index] = VariationFailed(job.name, event.seq, variation, error)
            self._advance(job)

    def _missing(self, job: ClientJob, result: Result) -> list[BlobRef]:
        """Thumbnail first: it is small, and the strip shows it while the rest comes."""
        missing: list[BlobRef] = []
        for ref in _refs(result):
            known = self._known.get(ref)
            if known is None:
                missing.append(ref)
                continue
            job.pixels[ref] = known
            if ref == result.variation.thumbnail:
                self._tell_thumbnail(result, known)
        return missing

    def _tell_thumbnail(self, result: Result, pixels: Pixels) -> None:
        variation = result.variation
        self._emit(ThumbnailArrived(result.job, variation.index, variation.seed, pixels))

    # -- events, out

    def _advance(self, job: ClientJob) -> None:
        while job.waiting and self._is_complete(job, job.waiting[0]):
            event = job.waiting.popleft()
            job.delivered = event.seq
            if isinstance(event, Result):
                self._deliver_result(job, event)
            else:
                self._emit(event)
            if isinstance(event, Finished | Failed | CancelledJob):
                job.is_ended = True
                self.drop(job.name)

    def _is_complete(self, job: ClientJob, event: JobEvent) -> bool:
        if not isinstance(event, Result):
            return True
        return all(ref in job.pixels or ref.digest in job.lost for ref in _refs(event))

    def _deliver_result(self, job: ClientJob, event: Result) -> None:
        content = with_pixels(event.variation, job.pixels.__getitem__)
        self._emit(VariationArrived(job.name, event.seq, event.variation, content))
        still = [ref for each in job.waiting if isinstance(each, Result) for ref in _refs(each)]
        job.pixels = {ref: pixels for ref, pixels in job.pixels.items() if ref in still}


def _refs(result: Result) -> list[BlobRef]:
    """The thumbnail, if there is one, and every blob of the layers."""
    thumbnail = result.variation.thumbnail
    return [*([thumbnail] if thumbnail else []), *blob_refs(result.variation)]


def _needs(result: Result, digest: str) -> bool:
    """A variation can do without its thumbnail."""
    return any(ref.digest == digest for ref in blob_refs(result.variation))
