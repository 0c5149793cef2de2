"""One operation on one picture: the flow that the editors' panels go through, on files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from velatura_plugin.capture.islands import is_blank
from velatura_plugin.capture.request import GenerateRequest, MaskSource
from velatura_plugin.controller import Controller
from velatura_plugin.host.base import Document, MaskKind
from velatura_protocol.errors import BadTask, Cancelled, NotFound, NothingSelected, VelaturaError
from velatura_protocol.faults import TaskFault
from velatura_protocol.geometry import Margins
from velatura_protocol.tasks import AlphaMode, Operation, Placement, Role

from .choosing import settle
from .files_host import FilesHost
from .link import Link
from .options import OperationCommand
from .outputs import Assignment, check_parts, numbered
from .reporting import Reporter, WrittenFile
from .watching import JobWatch

_PLACEMENTS = {Operation.CUT_OUT: Placement.NEW_DOCUMENT}
"""What is cut out is a picture of its own: laid over the one it is of, nobody would see it."""

CANCEL_SECONDS = 5.0
"""How long an interrupted command waits for the backend to confirm that the job has stopped."""


@dataclass(frozen=True)
class Outcome:
    """``error``: what kept the picture, or one of its variations, from being made; ``line`` says
    so to the user."""

    files: tuple[WrittenFile, ...]
    error: VelaturaError | None = None
    line: str = ""


class OperationRun:
    """One command's pictures, one after another, through one controller."""

    def __init__(
        self, command: OperationCommand, host: FilesHost, link: Link, reporter: Reporter
    ) -> None:
        """:raises UsageError: an engine, or what is asked of it, that there is not"""
        self._command = command
        self._settled = settle(command)
        self._host = host
        strokes = self._settled.inputs.get(Role.STROKES)
        self._host.drawn_over = frozenset() if strokes is None else frozenset((str(strokes),))
        self._link = link
        self._reporter = reporter

    def check(self, assignments: Sequence[Assignment]) -> None:
        """:raises UsageError: what is made beside a result would overwrite what is to be read"""
        command, settled = self._command, self._settled
        masks = (each.mask for each in assignments if each.mask is not None)
        table = () if command.colour_table is None else (command.colour_table,)
        kept = (*command.images, *masks, *settled.inputs.values(), *table)
        check_parts(assignments, command.options.variations, settled.parts, kept)

    def process(self, assignment: Assignment) -> Outcome:
        """Reads a picture, has it worked on, writes what came of it.

        :raises BadInput: the picture or its mask, before anything is sent
        :raises BackendUnavailable: none could be met, or it was lost for good
        :raises Cancelled: interrupted
        """
        self._reporter.begin(assignment.label)
        document = self._open(assignment)
        self._check_mask(document, assignment)
        self._extent(document)
        controller = self._link.controller()
        job = controller.generate(self._request(assignment, document), document=document)
        watch = JobWatch(self._reporter, job)
        self._follow(controller, watch, job)
        try:
            self._write(controller, job, assignment)
        except VelaturaError as error:
            return Outcome(self._host.written, error)
        return Outcome(self._host.written, watch.error)

    def _open(self, assignment: Assignment) -> Document:
        if assignment.image is not None:
            return self._host.open(assignment.image)
        if self._command.target is None:
            raise NotFound(what="document", id="")
        return self._host.open_blank(self._command.target)

    def _check_mask(self, document: Document, assignment: Assignment) -> None:
        """Before a backend is started for nothing; the mask is read once all the same.

        :raises NothingSelected: it is empty, or nothing can be transparent
        :raises BadInput: it cannot be read, or has not the picture's size
        """
        if self._command.mask_from_alpha and not document.format.layout.has_alpha:
            raise NothingSelected()
        if assignment.mask is not None:
            mask = self._host.mask_content(document, str(assignment.mask))
            if is_blank(mask.pixels):
                raise NothingSelected()

    def _request(self, assignment: Assignment, document: Document) -> GenerateRequest:
        command, options, settled = self._command, self._command.options, self._settled
        mask = MaskSource()
        if command.mask_from_alpha:
            mask = MaskSource(MaskKind.TRANSPARENCY)
        elif assignment.mask is not None:
            mask = MaskSource(MaskKind.REFERENCE, str(assignment.mask))
        return GenerateRequest(
            operation=command.operation,
            intent=command.intent,
            engine=settled.engine.id,
            prompt=command.prompt,
            edge=command.edge,
            alpha=AlphaMode.OPAQUE if command.mask_from_alpha else None,
            mask=mask,
            seed=options.seed,
            variations=options.variations,
            strength=command.strength,
            scale=command.scale,
            target=command.target,
            parameters=settled.parameters,
            roles={role: str(path) for role, path in settled.inputs.items()},
            placement=_PLACEMENTS.get(command.operation),
            preview=options.json,
            extent=self._extent(document),
        )

    def _extent(self, document: Document) -> Margins | None:
        """:raises BadTask: nothing is added to this picture"""
        extension = self._command.extension
        if extension is None:
            return None
        margins = extension.margins(document.size)
        if margins.is_empty:
            raise BadTask(field="extent", reason=TaskFault.NOTHING_ADDED)
        return margins

    def _follow(self, controller: Controller, watch: JobWatch, job: str) -> None:
        """Until the job's end.

        :raises Cancelled: interrupted here, or stopped from elsewhere
        """
        unwatch = controller.watch(watch.hear)
        try:
            self._link.wait_for(lambda: watch.is_ended)
        except Cancelled:
            controller.cancel(job)
            self._link.wait_quietly(lambda: watch.is_ended, CANCEL_SECONDS)
            raise Cancelled(phase=watch.phase.value) from None
        finally:
            unwatch()
        if isinstance(watch.error, Cancelled):
            raise watch.error

    def _write(self, controller: Controller, job: str, assignment: Assignment) -> None:
        """Every variation that is here, each composited onto the picture as it was read."""
        view = controller.state.job(job)
        if view is None:
            return
        table = self._command.colour_table
        for variation in view.staging.ready:
            self._host.destination = assignment.variation(variation.index, view.variations)
            if table is not None:
                self._host.colour_table = numbered(table, variation.index, view.variations)
            controller.show_variation(job, variation.index)
            controller.accept(job, copy=True)
        controller.discard(job)
