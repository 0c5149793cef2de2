"""What the client tells the controller, in the order things happened.

Job events that carry no pixels are the protocol's own messages. Pixels arrive ready to use: a
result is told when its last patch is here, and the end of a job after its last result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from velatura_protocol.messages import (
    Accepted,
    BlobRef,
    CancelledJob,
    Capabilities,
    Engines,
    ErrorInfo,
    Failed,
    Finished,
    JobSummary,
    ModelProgress,
    Models,
    Progress,
    Queued,
    Started,
    Variation,
    VariationFailed,
    Welcome,
)
from velatura_protocol.pixels import Pixels

from ..host.base import PreviewFrame, ResultContent


class Link(Enum):
    """The connection, one of the panel's two axes."""

    OFFLINE = "offline"
    STARTING = "starting"
    ONLINE = "online"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True)
class LinkChanged:
    """``retry_in``: seconds until the next attempt, counted down by further events; ``waited``:
    seconds since the start began, or since the connection was lost. ``detail`` is for the
    "Details" fold: the last lines a dying backend wrote, never shown unasked."""

    link: Link
    retry_in: int | None = None
    waited: int = 0
    error: ErrorInfo | None = None
    detail: str = ""


@dataclass(frozen=True)
class Greeted:
    """The backend answered; everything it can do."""

    welcome: Welcome


@dataclass(frozen=True)
class UploadProgressed:
    """Bytes of the job's inputs sent so far."""

    job: str
    sent: int
    total: int


@dataclass(frozen=True)
class PreviewArrived:
    job: str
    variation: int
    frame: PreviewFrame


@dataclass(frozen=True)
class ThumbnailArrived:
    """A variation is finished; its pixels follow."""

    job: str
    index: int
    seed: int
    thumbnail: Pixels


@dataclass(frozen=True)
class VariationArrived:
    """A variation with all its pixels."""

    job: str
    seq: int
    variation: Variation
    content: ResultContent


@dataclass(frozen=True)
class JobRefused:
    """The backend did not take the job, or does not have it any more. With the code ``cancelled``:
    it was cancelled before the backend had heard of it."""

    job: str
    error: ErrorInfo


@dataclass(frozen=True)
class HistoryArrived:
    request: int
    jobs: tuple[JobSummary, ...]


@dataclass(frozen=True)
class RequestDone:
    """A housekeeping request was carried out on ``count`` things, or not at all."""

    request: int
    count: int = 0
    error: ErrorInfo | None = None


@dataclass(frozen=True)
class PixelsArrived:
    """Asked for by themselves, for a list of jobs."""

    ref: BlobRef
    pixels: Pixels


ClientEvent = (
    LinkChanged
    | Greeted
    | Capabilities
    | UploadProgressed
    | Accepted
    | Queued
    | Started
    | Progress
    | PreviewArrived
    | ThumbnailArrived
    | VariationArrived
    | VariationFailed
    | Finished
    | Failed
    | CancelledJob
    | JobRefused
    | HistoryArrived
    | RequestDone
    | PixelsArrived
    | Engines
    | Models
    | ModelProgress
)
