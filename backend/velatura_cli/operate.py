"""One operation on one picture: the flow that the editors' panels go through, on files."""

from __future__ import annotations

from dataclasses import dataclass

from velatura_plugin.controller import Controller
from velatura_plugin.host.base import Document, MaskKind
from velatura_plugin.request import GenerateRequest, MaskSource
from velatura_plugin.state import JobStatus, JobView
from velatura_protocol.errors import Cancelled, NotFound, VelaturaError, error_from_code
from velatura_protocol.tasks import AlphaMode

from .choosing import choose_engine, parse_parameters
from .files_host import FilesHost
from .link import Link
from .options import OperationCommand
from .outputs import Assignment
from .reporting import Reporter, WrittenFile
from .watching import JobWatch

CANCEL_SECONDS = 5.0
"""How long an interrupted command waits for the backend to confirm that the job has stopped."""


@dataclass(frozen=True)
class Outcome:
    """``error``: what kept the picture, or one of its variations, from being made."""

    files: tuple[WrittenFile, ...]
    error: VelaturaError | None = None


class OperationRun:
    """One command's pictures, one after another, through one controller."""

    def __init__(
        self, command: OperationCommand, host: FilesHost, link: Link, reporter: Reporter
    ) -> None:
        """:raises UsageError: an engine or a parameter there is not"""
        self._command = command
        self._engine = choose_engine(command)
        self._parameters = parse_parameters(self._engine, command)
        self._host = host
        self._link = link
        self._reporter = reporter

    def process(self, assignment: Assignment) -> Outcome:
        """Reads a picture, has it worked on, writes what came of it.

        :raises BadInput: the picture or its mask, before anything is sent
        :raises BackendUnavailable: none could be met, or it was lost for good
        :raises Cancelled: interrupted
        """
        document = self._open(assignment)
        controller = self._link.controller()
        job = controller.generate(self._request(assignment), document=document)
        view = self._follow(controller, job, str(assignment.image or assignment.output))
        try:
            self._write(controller, view, assignment)
        except VelaturaError as error:
            return Outcome(self._host.written, error)
        finally:
            controller.discard(job)
        return Outcome(self._host.written, _job_error(view))

    def _open(self, assignment: Assignment) -> Document:
        if assignment.image is not None:
            return self._host.open(assignment.image)
        if self._command.target is None:
            raise NotFound(what="document", id="")
        return self._host.open_blank(self._command.target)

    def _request(self, assignment: Assignment) -> GenerateRequest:
        command, options = self._command, self._command.options
        mask = MaskSource()
        if command.mask_from_alpha:
            mask = MaskSource(MaskKind.TRANSPARENCY)
        elif assignment.mask is not None:
            mask = MaskSource(MaskKind.REFERENCE, str(assignment.mask))
        return GenerateRequest(
            operation=command.operation,
            intent=command.intent,
            engine=self._engine.id,
            prompt=command.prompt,
            edge=command.edge,
            # With the old alpha kept, what was transparent would stay invisible.
            alpha=AlphaMode.OPAQUE if command.mask_from_alpha else AlphaMode.KEEP,
            mask=mask,
            seed=options.seed,
            variations=options.variations,
            scale=command.scale,
            target=command.target,
            parameters=self._parameters,
            roles={role: str(path) for role, path in options.inputs},
            preview=options.json,
        )

    def _follow(self, controller: Controller, job: str, image: str) -> JobView:
        watch = JobWatch(self._reporter, image, job)
        unsubscribe = controller.subscribe(watch.look)
        try:
            watch.look(controller.state)
            self._link.wait_for(lambda: watch.is_ended)
        except Cancelled:
            controller.cancel(job)
            self._link.wait_quietly(lambda: watch.is_ended, CANCEL_SECONDS)
            raise Cancelled(phase=watch.phase.value) from None
        finally:
            unsubscribe()
        if watch.view is None or not watch.view.status.is_end:
            raise Cancelled(phase=watch.phase.value)
        return watch.view

    def _write(self, controller: Controller, view: JobView, assignment: Assignment) -> None:
        """Every variation that is here, each composited onto the picture as it was read."""
        count = self._command.options.variations
        for variation in view.staging.ready:
            self._host.destination = assignment.variation(variation.index, count)
            controller.show_variation(view.job, variation.index)
            controller.accept(view.job, copy=True)


def _job_error(view: JobView) -> VelaturaError | None:
    """What went wrong on the way: the whole job, or one of its variations."""
    info = view.error
    if info is None and view.failures:
        info = view.failures[0].error
    if info is not None:
        return error_from_code(info.code, dict(info.params))
    if view.status is JobStatus.CANCELLED:
        return Cancelled(phase=view.progress.phase.value)
    return None
