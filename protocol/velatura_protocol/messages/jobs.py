"""A job: what starts, steers and follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..events import Phase
from ..fields import Id, Natural, Positive, ShortText
from ..geometry import Rect, Size
from ..pixels import PixelFormat
from ..tasks import Task
from .parts import ErrorInfo, Priority, Variation


@dataclass(frozen=True)
class Submit:
    """Starts a job under an id of the client's choosing; the same id again changes nothing."""

    t: ClassVar[str] = "submit"
    job: Id
    task: Task
    priority: Priority = Priority.INTERACTIVE
    live: ShortText = ""


@dataclass(frozen=True)
class Cancel:
    t: ClassVar[str] = "cancel"
    job: Id


@dataclass(frozen=True)
class Ack:
    """Events up to ``seq`` are safe with the client and need no replay."""

    t: ClassVar[str] = "ack"
    job: Id
    seq: Positive


@dataclass(frozen=True)
class Resume:
    """Replays a job's events after ``after_seq`` and follows it from there."""

    t: ClassVar[str] = "resume"
    job: Id
    after_seq: Natural = 0


@dataclass(frozen=True)
class Accepted:
    """The job and its inputs are durable. ``ahead``: jobs before it."""

    t: ClassVar[str] = "accepted"
    job: Id
    seq: Positive
    ahead: Natural = 0


@dataclass(frozen=True)
class Queued:
    """Its place changed."""

    t: ClassVar[str] = "queued"
    job: Id
    seq: Positive
    ahead: Natural


@dataclass(frozen=True)
class Started:
    t: ClassVar[str] = "started"
    job: Id
    seq: Positive
    engine: str
    device: str


@dataclass(frozen=True)
class Progress:
    """``fraction`` of the whole job in 0..1, None while unknown; ``eta`` in seconds."""

    t: ClassVar[str] = "progress"
    job: Id
    seq: Positive
    phase: Phase
    fraction: float | None = None
    variation: Natural = 0
    step: Natural = 0
    steps: Natural = 0
    eta: float | None = None


@dataclass(frozen=True)
class Preview:
    """Announces a preview; its pixels are the server's blob ``blob``, opened right after.

    Has no ``seq``: previews are not replayed, and a newer one replaces an older one.
    """

    t: ClassVar[str] = "preview"
    job: Id
    variation: Natural
    region: Rect
    blob: Id
    size: Size
    format: PixelFormat


@dataclass(frozen=True)
class Result:
    """A variation is finished and durable."""

    t: ClassVar[str] = "result"
    job: Id
    seq: Positive
    variation: Variation


@dataclass(frozen=True)
class VariationFailed:
    t: ClassVar[str] = "variation_failed"
    job: Id
    seq: Positive
    index: Natural
    error: ErrorInfo


@dataclass(frozen=True)
class Finished:
    """The end of a job with at least one good variation."""

    t: ClassVar[str] = "finished"
    job: Id
    seq: Positive
    metrics: dict[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Failed:
    t: ClassVar[str] = "failed"
    job: Id
    seq: Positive
    error: ErrorInfo


@dataclass(frozen=True)
class CancelledJob:
    """The end of a cancelled job; ``phase``: where the cancel found it."""

    t: ClassVar[str] = "cancelled"
    job: Id
    seq: Positive
    phase: Phase
