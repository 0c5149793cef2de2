"""What the panel knows and what can change it, all of it frozen; :mod:`.reducer` changes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Margins, Rect, Size
from velatura_protocol.messages import DeviceInfo, ErrorInfo, JobSummary, Limits, Remark
from velatura_protocol.pixels import Pixels, Transfer
from velatura_protocol.tasks import Intent, Operation, Task

from ..capture.request import GenerateRequest
from ..client.events import ClientEvent, Link
from ..host.base import LayerInfo, PreviewFrame
from .models import ModelsChanged, ModelsView
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
    shows the original for the moment. ``margins``: how far accepting it makes the canvas larger.
    ``is_restored``: it came out of the history, so its captured pixels are gone: no retry, no more
    like this. ``is_displaced``: the canvas has had another size then; it lies where it lay.
    ``transfer``: of the samples of its previews.
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
    remarks: tuple[Remark, ...] = ()
    error: ErrorInfo | None = None
    cancelling: bool = False
    comparing: bool = False
    margins: Margins = Margins()
    is_restored: bool = False
    is_displaced: bool = False
    transfer: Transfer = Transfer.ENCODED
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
    ``layer`` is the active one; ``layers``, from top to bottom, is the tree when it was last asked
    for: empty before.
    """

    id: str
    name: str
    size: Size
    selected: Rect | None = None
    problem: ErrorInfo | None = None
    layer: LayerInfo | None = None
    layers: tuple[LayerInfo, ...] = ()


@dataclass(frozen=True)
class Notice:
    """Something the user should know. ``job`` empty: it belongs to no job."""

    error: ErrorInfo
    job: str = ""


@dataclass(frozen=True)
class PutAway:
    """``count`` results that nobody has accepted have left the panel; the history has them.
    ``is_closed``: the picture that they were made for, called ``name``, is no longer open."""

    document: str
    count: int
    is_closed: bool = False
    name: str = ""


@dataclass(frozen=True)
class RetouchView:
    """Retouch mode; ``waiting``: selections taken that are not being worked on yet."""

    is_on: bool = False
    waiting: int = 0


@dataclass(frozen=True)
class KeptJob:
    """A job of the history. ``cover``: its first thumbnail, once it is here."""

    summary: JobSummary
    cover: Pixels | None = None

    @property
    def job(self) -> str:
        return self.summary.job

    @property
    def can_be_restored(self) -> bool:
        """Whether it has results, which are all here."""
        return self.summary.state.is_end and self.summary.variations > 0


@dataclass(frozen=True)
class HistoryView:
    """Earlier jobs of ``document``, newest first; empty ``document``: of all there are.

    ``is_open``: somebody looks at it, so it is kept up to date. ``is_known``: the backend has
    answered; before that ``jobs`` says nothing. ``problem``: why it has not. ``of_all``: whatever
    document is in front.
    """

    is_open: bool = False
    document: str = ""
    jobs: tuple[KeptJob, ...] = ()
    is_known: bool = False
    problem: ErrorInfo | None = None
    of_all: bool = False

    def get(self, job: str) -> KeptJob | None:
        return next((each for each in self.jobs if each.job == job), None)


@dataclass(frozen=True)
class PanelState:
    """``engines`` is empty until a backend has been met, and kept while the link is lost. ``last``:
    what *repeat* would ask for, None before there was anything."""

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
    put_away: PutAway | None = None
    last: GenerateRequest | None = None
    retouch: RetouchView = RetouchView()
    history: HistoryView = HistoryView()
    models: ModelsView = ModelsView()

    @property
    def reads_prompts(self) -> bool:
        """Whether any engine here understands words."""
        return any(each.takes_prompt and not each.is_for_checks for each in self.engines)

    @property
    def missed(self) -> PutAway | None:
        """Where it concerns whoever looks at the active document."""
        away = self.put_away
        here = self.document.id if self.document else ""
        return away if away and (away.is_closed or away.document == here) else None

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
class Asked:
    """By the user, in person: this is what *repeat* repeats."""

    request: GenerateRequest


@dataclass(frozen=True)
class RetouchChanged:
    view: RetouchView


@dataclass(frozen=True)
class HistoryChanged:
    view: HistoryView


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


@dataclass(frozen=True)
class ResultsPutAway:
    away: PutAway


PanelEvent = (
    ClientEvent
    | DocumentSeen
    | JobSubmitted
    | Asked
    | RetouchChanged
    | HistoryChanged
    | ModelsChanged
    | CancelAsked
    | StagingChanged
    | Compared
    | JobRemoved
    | NoticeRaised
    | NoticeDismissed
    | ResultsPutAway
)


def view_of(job: str, task: Task, document: str) -> JobView:
    """A job as it is when the button has just been pressed."""
    left, top = task.canvas.margins.left, task.canvas.margins.top
    return JobView(
        job=job,
        document=document,
        operation=task.operation,
        intent=task.intent,
        prompt=task.prompt,
        engine=task.engine,
        seed=task.seed,
        variations=task.variations,
        regions=tuple(each.region.translated(-left, -top) for each in task.crops),
        margins=task.canvas.margins,
        transfer=task.canvas.colour.transfer,
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
