"""The jobs on the panel, and which of their variations the canvas shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from velatura_protocol.errors import NotFound, VelaturaError
from velatura_protocol.messages import ErrorInfo

from ..canvas import DocumentKeys, JobCanvas
from ..capture.growth import Growth
from ..client.job_client import JobClient
from ..client.order import JobOrder
from ..host.base import Document
from . import state as panel
from .staging import Staging
from .state import JobStatus, JobView, PanelState
from .store import Store


@dataclass(frozen=True)
class OpenJob:
    """What the panel's state has no use for: the captured pixels, the place on the canvas.
    ``accepts``: its first variation becomes part of the document by itself."""

    order: JobOrder
    canvas: JobCanvas
    accepts: bool = False


class Strip:
    """UI thread only."""

    def __init__(self, client: JobClient, keys: DocumentKeys) -> None:
        self.store = Store()
        self._client = client
        self._keys = keys
        self._jobs: dict[str, OpenJob] = {}

    @property
    def state(self) -> PanelState:
        return self.store.state

    def adopt(self, opened: OpenJob, view: JobView) -> None:
        """Takes a job onto the panel of which the client tells already, or is about to."""
        self._jobs[view.job] = opened
        self.store.apply(panel.JobSubmitted(view))

    def show_variation(self, job: str, index: int) -> None:
        """:raises NotFound: it is not there, or its pixels are not here yet"""
        view = self.store.view(job)
        staging = view.staging.showing(index)
        if staging.current != index:
            raise NotFound(what="variation", id=str(index))
        self._restage(view, staging)

    def step_variation(self, job: str, step: int) -> None:
        """The next (+1) or previous (-1) one that is left, going round."""
        view = self.store.view(job)
        self._restage(view, view.staging.stepped(step))

    def compare(self, job: str, *, original: bool) -> None:
        """While ``original``: the document as it was."""
        if original:
            self._opened(job).canvas.clear()
        else:
            self._show_current(job)
        self.store.apply(panel.Compared(job, original))

    def document_closed(self, document_id: str) -> None:
        """Its jobs leave the panel: what runs is stopped, what is finished stays in the history."""
        self._keys.forget(document_id)
        left, name = 0, ""
        for view in self.state.jobs_of(document_id):
            canvas = self._opened(view.job).canvas
            left, name = left + len(view.staging.unkept), canvas.document.name
            canvas.forget()
            self._settle(view.job)
        self._put_away(panel.PutAway(document_id, left, is_closed=True, name=name))

    def _restage(self, view: JobView, staging: Staging) -> None:
        self.store.apply(panel.StagingChanged(view.job, staging))
        if staging.current != view.staging.current or view.comparing:
            self._show_current(view.job)

    def _show_current(self, job: str) -> None:
        shown = self.store.view(job).staging.shown
        if shown is not None and shown.content is not None:
            self._opened(job).canvas.show(shown.content)

    def _on_canvas(self, job: str, action: Callable[[], object]) -> None:
        """What goes wrong becomes the notice. A document that has been closed takes its jobs along,
        whether anybody has told or not."""
        opened = self._jobs.get(job)
        try:
            action()
        except NotFound as error:
            if opened is None or error.params.get("what") != "document":
                self._complain(error)
            else:
                self.document_closed(opened.canvas.document.id)
        except VelaturaError as error:
            self._complain(error)

    def _settle(self, job: str) -> None:
        """Ends the job's time on the panel, and what is left of its work."""
        view = self.store.view(job)
        if view.is_active:
            self._client.cancel(job)
        self._on_canvas(job, self._opened(job).canvas.clear)
        if job in self._jobs:
            self._drop(job)

    def _put_away(self, away: panel.PutAway) -> None:
        if away.count:
            self.store.apply(panel.ResultsPutAway(away))

    def _canvas_grew(self, document: Document, growth: Growth) -> None:
        """What was captured before stays where it was in the picture."""
        for opened in self._jobs.values():
            if opened.canvas.document.id == document.id:
                opened.canvas.resized(growth)

    def _forget_failed(self) -> None:
        """Failed jobs keep their pixels for another try, as long as the notice offers one."""
        notice = self.state.notice
        for view in self.state.jobs:
            has_failed = view.status is JobStatus.FAILED and not view.is_staging
            if has_failed and (notice is None or notice.job != view.job):
                self._drop(view.job)

    def _complain(self, error: VelaturaError) -> None:
        self.store.apply(panel.NoticeRaised(panel.Notice(ErrorInfo.of(error))))

    def _drop(self, job: str) -> None:
        del self._jobs[job]
        self.store.apply(panel.JobRemoved(job))

    def _opened(self, job: str) -> OpenJob:
        opened = self._jobs.get(job)
        if opened is None:
            raise NotFound(what="job", id=job)
        return opened
