"""A document's earlier jobs, out of the backend's journal: looked at, taken back onto the panel."""

from __future__ import annotations

from dataclasses import replace

from velatura_protocol.errors import BadInput, NotFound
from velatura_protocol.geometry import Rect, Size
from velatura_protocol.messages import (
    CancelledJob,
    ErrorInfo,
    Failed,
    Finished,
    JobSummary,
    VariationFailed,
)
from velatura_protocol.pixels import MASK_FORMAT
from velatura_protocol.tasks import Canvas, Task

from ..canvas import JobCanvas
from ..capture.growth import Growth
from ..chance import Chance
from ..client.events import (
    ClientEvent,
    Greeted,
    HistoryArrived,
    JobRefused,
    PixelsArrived,
    RequestDone,
)
from ..client.job_client import JobClient
from ..client.order import JobOrder
from ..controller import Controller
from ..host.base import Document, Spot
from ..state.state import (
    HistoryChanged,
    HistoryView,
    JobStatus,
    JobView,
    KeptJob,
    Notice,
    NoticeRaised,
    PanelState,
)
from ..state.strip import OpenJob

MOST_LISTED = 50


class DocumentHistory:
    """One per plug-in process, UI thread only. While it is open, ``state.history`` follows the
    active document and the jobs that end."""

    def __init__(
        self, controller: Controller, client: JobClient, *, chance: Chance | None = None
    ) -> None:
        self._controller = controller
        self._client = client
        self._clock = (chance or Chance()).clock
        self._listing = 0
        self._changes: set[int] = set()
        self._coming: set[str] = set()
        controller.watch(self._hear)
        controller.subscribe(self._look)

    # -- what the user asks for --------------------------------------------------------------------

    def open(self, *, everything: bool = False) -> None:
        """Asks for the active document's jobs; ``everything``: for those of all documents, whose
        results can lie anywhere."""
        self._show(HistoryView(is_open=True, of_all=everything))
        self.refresh()

    def close(self) -> None:
        self._listing = 0
        self._show(HistoryView())

    def refresh(self) -> None:
        """Asks again, if it is open; the answer comes into the state."""
        if not self._view.is_open:
            return
        if not self._view.of_all:
            # Or the state would go on naming the document of before, which is followed, too.
            self._controller.refresh()
        try:
            document = None if self._view.of_all else self._controller.host.active_document()
        except BadInput as error:
            self._show(HistoryView(is_open=True, problem=ErrorInfo.of(error)))
            return
        name = document.id if document else ""
        is_same = self._view.of_all or self._view.document == name
        kept = self._view if is_same else HistoryView(is_open=True)
        if document is None and not self._view.of_all:
            self._listing = 0
            self._show(HistoryView(is_open=True, is_known=True))
            return
        key = self._controller.document_key(document) if document else ""
        self._listing = self._client.list_jobs(document_key=key, limit=MOST_LISTED)
        self._show(replace(kept, document=name))

    def restore(self, job: str) -> None:
        """Takes a job's results onto the panel as if it had just ended, in the active document.

        :raises NotFound: it is not in the list, has no results, or no document is open
        """
        document = self._controller.host.active_document()
        if document is None:
            raise NotFound(what="document", id="")
        if not self._view.of_all and self._view.document != document.id:
            # The panel is about to find out that the user has gone to another document.
            self.refresh()
        kept = self._view.get(job)
        if kept is None or not kept.can_be_restored:
            raise NotFound(what="job", id=job)
        if self._controller.state.job(job) is not None:
            return
        summary = kept.summary
        order = JobOrder(job, _unknown_task(summary), {})
        canvas = self._canvas(document, summary)
        self._coming.add(job)
        self._controller.adopt(OpenJob(order, canvas), _restored(summary, document))
        self._client.follow(order)

    def set_favourite(self, job: str, *, favourite: bool) -> None:
        """A favourite is kept however old it gets."""
        self._changes.add(self._client.set_favourite(job, favourite=favourite))

    def forget(self, job: str) -> None:
        """Deletes it with its results; layers that came of it stay."""
        self._changes.add(self._client.forget((job,)))

    # -- what comes of it --------------------------------------------------------------------------

    def _hear(self, event: ClientEvent) -> None:
        match event:
            case HistoryArrived(request, jobs):
                if request == self._listing:
                    self._list(jobs)
            case RequestDone():
                self._settle(event)
            case PixelsArrived():
                self._cover(event)
            case JobRefused() | VariationFailed():
                self._complain(event)
            case Finished() | Failed() | CancelledJob():
                self._coming.discard(event.job)
                self.refresh()
            case Greeted():
                self.refresh()
            case _:
                pass

    def _look(self, state: PanelState) -> None:
        """Follows the user from one document to another."""
        seen = state.document
        name = seen.id if seen and not seen.problem else ""
        if state.history.is_open and not self._view.of_all and name != state.history.document:
            self.refresh()

    def _list(self, jobs: tuple[JobSummary, ...]) -> None:
        covers = {kept.job: kept.cover for kept in self._view.jobs}
        listed = tuple(KeptJob(each, covers.get(each.job)) for each in jobs)
        self._show(replace(self._view, jobs=listed, is_known=True, problem=None))
        wanted = [each.summary.thumbnails[:1] for each in listed if each.cover is None]
        self._client.fetch(tuple(ref for refs in wanted for ref in refs))

    def _settle(self, event: RequestDone) -> None:
        if event.request == self._listing and event.error is not None:
            self._show(replace(self._view, problem=event.error))
        if event.request in self._changes:
            self._changes.remove(event.request)
            if event.error is not None:
                self._controller.store.apply(NoticeRaised(Notice(event.error)))
            self.refresh()

    def _cover(self, event: PixelsArrived) -> None:
        jobs = tuple(
            replace(each, cover=event.pixels) if event.ref in each.summary.thumbnails[:1] else each
            for each in self._view.jobs
        )
        self._show(replace(self._view, jobs=jobs))

    def _complain(self, event: JobRefused | VariationFailed) -> None:
        """A result that is gone meanwhile: the job may have left the panel over it."""
        if event.job in self._coming:
            self._controller.store.apply(NoticeRaised(Notice(event.error)))
        if isinstance(event, JobRefused):
            self._coming.discard(event.job)

    @property
    def _view(self) -> HistoryView:
        return self._controller.state.history

    def _show(self, view: HistoryView) -> None:
        self._controller.store.apply(HistoryChanged(view))

    def _canvas(self, document: Document, summary: JobSummary) -> JobCanvas:
        """Where the results were made for: the document as it was, or as one of them made it."""
        active = self._controller.host.active_layer(document)
        spot = Spot(active.reference if active else "")
        then = _document_size(summary) or document.size
        canvas = JobCanvas(
            self._controller.host, replace(document, size=then), summary.job, spot, self._clock
        )
        if summary.canvas == document.size and then != document.size:
            margins = summary.margins
            grown = Rect.of_size(document.size).translated(-margins.left, -margins.top)
            canvas.resized(Growth(grown))
        return canvas


def _document_size(summary: JobSummary) -> Size | None:
    """When its pixels were captured."""
    canvas = summary.canvas
    return None if canvas is None else summary.margins.inside(canvas).size


def _restored(summary: JobSummary, document: Document) -> JobView:
    sizes = (_document_size(summary), summary.canvas)
    return JobView(
        job=summary.job,
        document=document.id,
        operation=summary.operation,
        intent=summary.intent,
        prompt=summary.prompt,
        engine=summary.engine,
        variations=summary.variations,
        status=JobStatus.LOADING,
        margins=summary.margins,
        is_restored=True,
        is_displaced=document.size not in sizes and sizes != (None, None),
    )


def _unknown_task(summary: JobSummary) -> Task:
    """What was captured is not told again."""
    return Task(summary.operation, Canvas(Size(0, 0), MASK_FORMAT), intent=summary.intent)
