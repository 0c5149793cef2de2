"""From the backend's events to one job's story, and its end."""

from __future__ import annotations

from velatura_plugin.client.events import ClientEvent, JobRefused, PreviewArrived, VariationArrived
from velatura_protocol.errors import Cancelled, VelaturaError
from velatura_protocol.events import Phase
from velatura_protocol.messages import (
    Accepted,
    CancelledJob,
    Failed,
    Finished,
    Progress,
    VariationFailed,
)

from .reporting import Reporter


class JobWatch:
    """Hears what the controller hears, and tells a reporter what belongs to one job.

    ``error``: what kept the job, or one of its variations, from being finished.
    """

    def __init__(self, reporter: Reporter, job: str) -> None:
        self._reporter = reporter
        self._job = job
        self.phase = Phase.UPLOADING
        self.is_ended = False
        self.error: VelaturaError | None = None

    def hear(self, event: ClientEvent) -> None:
        if getattr(event, "job", self._job) != self._job:
            return
        match event:
            case Accepted():
                self.phase = Phase.QUEUED
                self._reporter.accepted(event.job, event.ahead)
            case Progress():
                self.phase = event.phase
                self._reporter.progress(event.phase, event.fraction, event.variation)
            case PreviewArrived():
                self._reporter.preview(event.variation, event.frame.region)
            case VariationArrived():
                made = event.variation
                self._reporter.result(made.index, made.seed, made.remarks)
            case VariationFailed():
                self.error = self.error or event.error.exception()
            case Finished():
                self.is_ended = True
            case Failed() | JobRefused():
                self._end(event.error.exception())
            case CancelledJob():
                self.phase = event.phase
                self._end(Cancelled(phase=event.phase.value))
            case _:
                pass

    def _end(self, error: VelaturaError) -> None:
        self.error = error
        self.is_ended = True
