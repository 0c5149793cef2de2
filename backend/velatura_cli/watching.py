"""From the states a controller goes through to a job's story."""

from __future__ import annotations

from velatura_plugin.state import JobStatus, JobView, PanelState
from velatura_protocol.events import Phase

from .reporting import Reporter


class JobWatch:
    """Follows one job through the controller's states and tells a reporter what is new in it."""

    def __init__(self, reporter: Reporter, image: str, job: str) -> None:
        self._reporter = reporter
        self._image = image
        self._job = job
        self._told: set[int] = set()
        self._is_accepted = False
        self.view: JobView | None = None
        self.is_ended = False

    @property
    def phase(self) -> Phase:
        return self.view.progress.phase if self.view else Phase.QUEUED

    def look(self, state: PanelState) -> None:
        view, last = state.job(self._job), self.view
        if view is None:
            # A cancelled job with nothing to show leaves the panel by itself.
            self.is_ended = last is not None
            return
        self.view = view
        self.is_ended = view.status.is_end
        self._tell_accepted(view)
        self._tell_progress(view, last)
        for variation in view.staging.ready:
            if variation.index not in self._told:
                self._told.add(variation.index)
                self._reporter.result(variation.index, variation.seed)

    def _tell_accepted(self, view: JobView) -> None:
        is_taken = view.seq > 0 and view.status is not JobStatus.SENDING
        if is_taken and not self._is_accepted:
            self._is_accepted = True
            self._reporter.accepted(self._image, view.job, view.ahead)

    def _tell_progress(self, view: JobView, last: JobView | None) -> None:
        progress = view.progress
        if last is not None and progress != last.progress:
            self._reporter.progress(progress.phase, progress.fraction, progress.variation)
        if view.preview is not None and (last is None or view.preview is not last.preview):
            self._reporter.preview(progress.variation, view.preview.region)
