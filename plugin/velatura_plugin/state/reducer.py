"""How events change the panel's state. Pure: no host, no network, no clock."""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    Capabilities,
    Engines,
    ErrorInfo,
    Failed,
    Finished,
    ModelProgress,
    Models,
    Progress,
    Queued,
    Started,
    VariationFailed,
)

from ..client.events import (
    Greeted,
    HistoryArrived,
    JobRefused,
    LinkChanged,
    PixelsArrived,
    PreviewArrived,
    RequestDone,
    ThumbnailArrived,
    UploadProgressed,
    VariationArrived,
)
from ..host.base import ResultContent
from .models import ModelsChanged
from .state import (
    Asked,
    CancelAsked,
    Compared,
    DocumentSeen,
    HistoryChanged,
    JobRemoved,
    JobStatus,
    JobSubmitted,
    JobView,
    LinkView,
    Notice,
    NoticeDismissed,
    NoticeRaised,
    PanelEvent,
    PanelState,
    ProgressView,
    ResultsPutAway,
    RetouchChanged,
    StagingChanged,
    VariationError,
)


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
        case Engines():
            return replace(state, operations=event.operations, engines=event.engines)
        case DocumentSeen(document):
            # Asked several times a second: what is as it was must not have every panel drawn again.
            return state if document == state.document else replace(state, document=document)
        case NoticeRaised(notice):
            return replace(state, notice=notice)
        case NoticeDismissed():
            return _without_notice(state)
        case ResultsPutAway(away):
            return replace(state, put_away=away)
        case JobSubmitted(view):
            return replace(state, jobs=(*state.jobs, view), notice=None, put_away=None)
        case Asked(request):
            return replace(state, last=request)
        case RetouchChanged(retouch):
            return replace(state, retouch=retouch)
        case JobRemoved(job):
            return _without_job(state, job)
        case HistoryArrived() | RequestDone() | PixelsArrived() | Models() | ModelProgress():
            return state
        case ModelsChanged(models):
            return replace(state, models=models)
        case HistoryChanged(history):
            away = None if history.is_open else state.put_away
            return replace(state, history=history, put_away=away)
        case _:
            return _reduce_job(state, event)


def _without_notice(state: PanelState) -> PanelState:
    """Where there is none, it is the offer of models that is waved away."""
    if state.notice is None and state.missed is None:
        return replace(state, models=replace(state.models, is_put_off=True))
    return replace(state, notice=None, put_away=None)


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
        case JobRefused(_, error):
            if not view.is_active:
                return view
            if error.code is ErrorCode.CANCELLED:
                return _ended(view, JobStatus.CANCELLED, None)
            return _ended(view, JobStatus.FAILED, error)
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
            energy = variation.metrics.get("energy")
            staging = view.staging.with_content(
                variation.index, variation.seed, event.content, energy
            )
            new = tuple(each for each in variation.remarks if each not in view.remarks)
            regions = view.regions or _regions(event.content)
            return replace(view, staging=staging, regions=regions, remarks=view.remarks + new)
        case VariationFailed():
            failure = VariationError(event.index, event.error)
            return replace(view, failures=(*view.failures, failure))
        case Finished():
            return _ended(view, JobStatus.FINISHED, None)
        case Failed():
            return _ended(view, JobStatus.FAILED, event.error)
        case CancelledJob():
            return _ended(view, JobStatus.CANCELLED, None)


def _regions(content: ResultContent) -> tuple[Rect, ...]:
    """A restored job's, which nobody has captured here."""
    return tuple(patch.region for layer in content.layers for patch in layer.patches)


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
