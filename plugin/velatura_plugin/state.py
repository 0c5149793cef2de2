"""What the panel knows, frozen, and how events change it. Pure: no host, no network, no clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    Capabilities,
    DeviceInfo,
    ErrorInfo,
    Failed,
    Finished,
    Limits,
    Progress,
    Queued,
    Started,
    VariationFailed,
)
from velatura_protocol.tasks import Intent, Operation

from .events import (
    ClientEvent,
    Greeted,
    HistoryArrived,
    JobRefused,
    Link,
    LinkChanged,
    PreviewArrived,
    RequestDone,
    ThumbnailArrived,
    UploadProgressed,
    VariationArrived,
)
from .host.base import PreviewFrame
from .staging import Staging


class JobStatus(Enum):
    SENDING = "sending"
    QUEUED = "queued"
    LOADING = "loading"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_end(self) -> bool:
        return self in (JobStatus.FINISHED, JobStatus.FAILED, JobStatus.CANCELLED)


class Work(Enum):
    """What is going on in one document, the panel's second axis."""

    IDLE = "idle"
    QUEUED = "queued"
    LOADING = "loading"
    RUNNING = "running"
    STAGING = "staging"


@dataclass(frozen=True)
class ProgressView:
    """``fraction`` and ``eta`` (seconds) None: unknown."""

    phase: Phase = Phase.QUEUED
    fraction: float | None = None
    variation: int = 0
    step: int = 0
    steps: int = 0
    eta: float | None = None


@dataclass(frozen=True)
class VariationError:
    index: int
    error: ErrorInfo


@dataclass(frozen=True)
class JobView:
    """One job of this process, from the press of the button until its strip is closed.

    ``seq`` is that of the last event taken in; an older one is a replay. ``comparing``: the strip
    shows the original for the moment.
    """

    job: str
    document: str
    operation: Operation
    intent: Intent = Intent.NONE
    prompt: str = ""
    engine: str = ""
    seed: int = 0
    variations: int = 1
    regions: tuple[Rect, ...] = ()
    status: JobStatus = JobStatus.SENDING
    sent: float = 0.0
    ahead: int = 0
    device: str = ""
    progress: ProgressView = ProgressView()
    preview: PreviewFrame | None = None
    staging: Staging = Staging()
    failures: tuple[VariationError, ...] = ()
    error: ErrorInfo | None = None
    cancelling: bool = False
    comparing: bool = False
    seq: int = 0

    @property
    def is_active(self) -> bool:
        return not self.status.is_end

    @property
    def is_staging(self) -> bool:
        return bool(self.staging.variations)


@dataclass(frozen=True)
class LinkView:
    link: Link = Link.OFFLINE
    retry_in: int | None = None
    waited: int = 0
    error: ErrorInfo | None = None
    detail: str = ""


@dataclass(frozen=True)
class DocumentView:
    """The active document, read from the host each time, never remembered.

    ``selected`` bounds the selection, None without one; ``problem``: why it cannot be served.
    """

    id: str
    name: str
    size: Size
    selected: Rect | None = None
    problem: ErrorInfo | None = None


@dataclass(frozen=True)
class Notice:
    """Something the user should know. ``job`` empty: it belongs to no job."""

    error: ErrorInfo
    job: str = ""


@dataclass(frozen=True)
class PanelState:
    """``engines`` is empty until a backend has been met, and kept while the link is lost."""

    link: LinkView = LinkView()
    version: str = ""
    operations: tuple[Operation, ...] = ()
    engines: tuple[EngineSpec, ...] = ()
    limits: Limits = Limits()
    devices: tuple[DeviceInfo, ...] = ()
    warm_engines: tuple[str, ...] = ()
    document: DocumentView | None = None
    jobs: tuple[JobView, ...] = ()
    notice: Notice | None = None

    def job(self, job: str) -> JobView | None:
        return next((each for each in self.jobs if each.job == job), None)

    def jobs_of(self, document: str) -> tuple[JobView, ...]:
        return tuple(each for each in self.jobs if each.document == document)

    def engine(self, engine_id: str) -> EngineSpec | None:
        return next((each for each in self.engines if each.id == engine_id), None)


# -- what the controller itself reports ------------------------------------------------------------


@dataclass(frozen=True)
class DocumentSeen:
    document: DocumentView | None


@dataclass(frozen=True)
class JobSubmitted:
    view: JobView


@dataclass(frozen=True)
class CancelAsked:
    job: str


@dataclass(frozen=True)
class StagingChanged:
    job: str
    staging: Staging


@dataclass(frozen=True)
class Compared:
    job: str
    original: bool


@dataclass(frozen=True)
class JobRemoved:
    job: str


@dataclass(frozen=True)
class NoticeRaised:
    notice: Notice


@dataclass(frozen=True)
class NoticeDismissed:
    pass


PanelEvent = (
    ClientEvent
    | DocumentSeen
    | JobSubmitted
    | CancelAsked
    | StagingChanged
    | Compared
    | JobRemoved
    | NoticeRaised
    | NoticeDismissed
)


def work_of(state: PanelState, document: str) -> Work:
    """The furthest any of the document's jobs has come; staging is sticky until it is settled."""
    jobs = state.jobs_of(document)
    statuses = {each.status for each in jobs}
    if JobStatus.RUNNING in statuses:
        return Work.RUNNING
    if JobStatus.LOADING in statuses:
        return Work.LOADING
    if statuses & {JobStatus.SENDING, JobStatus.QUEUED}:
        return Work.QUEUED
    if any(each.is_staging for each in jobs):
        return Work.STAGING
    return Work.IDLE


def reduce(state: PanelState, event: PanelEvent) -> PanelState:
    """The state after the event. Events of unknown jobs and replayed ones change nothing."""
    match event:
        case LinkChanged():
            link = LinkView(event.link, event.retry_in, event.waited, event.error, event.detail)
            return replace(state, link=link)
        case Greeted(welcome):
            return replace(
                state,
                version=welcome.version,
                operations=welcome.operations,
                engines=welcome.engines,
                limits=welcome.limits,
            )
        case Capabilities():
            return replace(state, devices=event.devices, warm_engines=event.warm_engines)
        case DocumentSeen(document):
            return replace(state, document=document)
        case NoticeRaised(notice):
            return replace(state, notice=notice)
        case NoticeDismissed():
            return replace(state, notice=None)
        case JobSubmitted(view):
            return replace(state, jobs=(*state.jobs, view), notice=None)
        case JobRemoved(job):
            return _without_job(state, job)
        case HistoryArrived() | RequestDone():
            return state
        case _:
            return _reduce_job(state, event)


def _without_job(state: PanelState, job: str) -> PanelState:
    notice = None if state.notice and state.notice.job == job else state.notice
    return replace(state, jobs=tuple(each for each in state.jobs if each.job != job), notice=notice)


_UserEvent = CancelAsked | StagingChanged | Compared
_TransientEvent = UploadProgressed | PreviewArrived | ThumbnailArrived
_SequencedEvent = Accepted | Queued | Started | Progress | VariationArrived | VariationFailed
_EndEvent = Finished | Failed | CancelledJob | JobRefused
_JobEvent = _UserEvent | _TransientEvent | _SequencedEvent | _EndEvent


def _reduce_job(state: PanelState, event: _JobEvent) -> PanelState:
    view = state.job(event.job)
    if view is None:
        return state
    changed = _advance(view, event)
    if changed is view:
        return state
    jobs = tuple(changed if each.job == changed.job else each for each in state.jobs)
    failed = changed.status is JobStatus.FAILED and view.is_active
    notice = Notice(changed.error, changed.job) if failed and changed.error else state.notice
    return replace(state, jobs=jobs, notice=notice)


def _advance(view: JobView, event: _JobEvent) -> JobView:
    match event:
        case CancelAsked():
            return replace(view, cancelling=True) if view.is_active else view
        case StagingChanged():
            return replace(view, staging=event.staging, comparing=False)
        case Compared():
            return replace(view, comparing=event.original)
        case UploadProgressed():
            return replace(view, sent=event.sent / event.total if event.total else 1.0)
        case PreviewArrived():
            return replace(view, preview=event.frame) if view.is_active else view
        case ThumbnailArrived(_, index, seed, thumbnail):
            if not view.is_active:
                return view
            return replace(view, staging=view.staging.with_thumbnail(index, seed, thumbnail))
        case JobRefused():
            return _ended(view, JobStatus.FAILED, event.error) if view.is_active else view
        case _:
            if event.seq <= view.seq or not view.is_active:
                return view
            return _advance_sequenced(replace(view, seq=event.seq), event)


def _advance_sequenced(
    view: JobView, event: _SequencedEvent | Finished | Failed | CancelledJob
) -> JobView:
    match event:
        case Accepted() | Queued():
            return replace(view, status=JobStatus.QUEUED, sent=1.0, ahead=event.ahead)
        case Started():
            return replace(
                view, status=JobStatus.LOADING, ahead=0, engine=event.engine, device=event.device
            )
        case Progress():
            return _progressed(view, event)
        case VariationArrived():
            variation = event.variation
            staging = view.staging.with_content(variation.index, variation.seed, event.content)
            return replace(view, staging=staging)
        case VariationFailed():
            failure = VariationError(event.index, event.error)
            return replace(view, failures=(*view.failures, failure))
        case Finished():
            return _ended(view, JobStatus.FINISHED, None)
        case Failed():
            return _ended(view, JobStatus.FAILED, event.error)
        case CancelledJob():
            return _ended(view, JobStatus.CANCELLED, None)


def _progressed(view: JobView, event: Progress) -> JobView:
    loading = event.phase in (Phase.QUEUED, Phase.LOADING)
    progress = ProgressView(
        event.phase, event.fraction, event.variation, event.step, event.steps, event.eta
    )
    status = JobStatus.LOADING if loading else JobStatus.RUNNING
    return replace(view, status=status, progress=progress)


def _ended(view: JobView, status: JobStatus, error: ErrorInfo | None) -> JobView:
    """Thumbnails whose pixels never came are dropped: nothing could be accepted there."""
    staging = replace(view.staging, variations=view.staging.ready)
    return replace(
        view, status=status, error=error, preview=None, cancelling=False, staging=staging
    )
