"""Events and states for the tests of pure modules."""

from __future__ import annotations

from dataclasses import replace

from tests.plugin.desk import noise
from tests.plugin.scripted_jobs import INVERTER
from velatura_plugin.client.events import (
    ClientEvent,
    Greeted,
    Link,
    LinkChanged,
    PreviewArrived,
    ThumbnailArrived,
    VariationArrived,
)
from velatura_plugin.host.base import LayerContent, PatchContent, PreviewFrame, ResultContent
from velatura_plugin.state.reducer import reduce
from velatura_plugin.state.state import (
    DocumentSeen,
    DocumentView,
    JobSubmitted,
    JobView,
    PanelEvent,
    PanelState,
)
from velatura_protocol.errors import ErrorCode
from velatura_protocol.events import Phase
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    PROTOCOL,
    Accepted,
    ErrorInfo,
    Failed,
    Finished,
    Limits,
    Progress,
    Started,
    Variation,
    Welcome,
)
from velatura_protocol.provenance import Provenance
from velatura_protocol.tasks import Intent, Operation

PIXELS = noise(Size(4, 4))
REGION = Rect(0, 0, 4, 4)
PROVENANCE = Provenance(Operation.FILL, "inverter", "1", "", 0, "", "")
CONTENT = ResultContent((LayerContent("a", REGION, (PatchContent(REGION, PIXELS),)),), PROVENANCE)
FAILURE = ErrorInfo(ErrorCode.NO_SOURCE)

WELCOME = Greeted(Welcome(PROTOCOL, "0.1.0", tuple(Operation), (INVERTER,), Limits()))
DOCUMENT = DocumentView("one", "one.kra", Size(40, 30), selected=REGION)
JOB = JobView("job", "one", Operation.FILL, Intent.REMOVE, engine="inverter", variations=3, seed=10)


def accepted(seq: int = 1, ahead: int = 0) -> Accepted:
    return Accepted("job", seq, ahead)


def started(seq: int = 2) -> Started:
    return Started("job", seq, "inverter", "cpu")


def progress(seq: int = 3, phase: Phase = Phase.STEPPING, **more: object) -> Progress:
    return replace(Progress("job", seq, phase), **more)  # type: ignore[arg-type]


def thumbnail(index: int = 0) -> ThumbnailArrived:
    return ThumbnailArrived("job", index, 10 + index, PIXELS)


def variation(seq: int = 4, index: int = 0, energy: float | None = None) -> VariationArrived:
    metrics = {} if energy is None else {"energy": energy}
    made = Variation(index, 10 + index, (), PROVENANCE, metrics=metrics)
    return VariationArrived("job", seq, made, CONTENT)


def preview() -> PreviewArrived:
    return PreviewArrived("job", 0, PreviewFrame(REGION, PIXELS))


def finished(seq: int = 9) -> Finished:
    return Finished("job", seq)


def failed(seq: int = 9, error: ErrorInfo = FAILURE) -> Failed:
    return Failed("job", seq, error)


def online(*events: PanelEvent | ClientEvent) -> PanelState:
    """Connected, a document with a selection, and then these."""
    return after(LinkChanged(Link.ONLINE), WELCOME, DocumentSeen(DOCUMENT), *events)


def working(*events: PanelEvent | ClientEvent) -> PanelState:
    """The same with a job submitted."""
    return online(JobSubmitted(JOB), *events)


def after(*events: PanelEvent | ClientEvent) -> PanelState:
    state = PanelState()
    for event in events:
        state = reduce(state, event)
    return state
