"""Paints a rectangle by a prompt with one installed model, of any family."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial

from velatura_protocol.events import Phase

from ....models.records import InstalledModel
from ...base import EngineContext
from ...resources import EngineResources
from ..families.table import FamilyRow, Guiding, MaskInput, PictureInput, Sizes, row_of
from ..families.trained_sizes import trained_sizes
from ..loading.components import Source
from ..loading.parts import residency_of
from ..memory.ladder import Ladder, Lessons
from ..memory.plan import MemoryPlan, ModelSize, Pass
from ..memory.shrinking import enlarged_to, fitted, shrunk
from ..recognition.sizes import pass_of, size_of
from .conducting import Conductor, Report
from .contract import Painted, PaintEvent, PaintRequest, Traits
from .siblings import Waiting, at_most, likeness_of, may_be_together
from .work import PaintWork


class DiffusionPainter:
    """See :class:`~.contract.Painter`. What is loaded stays with the worker.

    :raises velatura_protocol.errors.Unsupported: no row of the table has the model's family
    """

    def __init__(self, model: InstalledModel, resources: EngineResources) -> None:
        self.model = model
        self._resources = resources
        self.row = row_of(model.family, model.variant)
        self.source = Source(model, self.row, resources.device, shelf=resources.models)

    @property
    def traits(self) -> Traits:
        return traits_of(self.row, distilled=self.model.distilled, sizes=self._sizes)

    @cached_property
    def _sizes(self) -> Sizes:
        return trained_sizes(self.model, self.row)

    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        """:raises OutOfMemory: the device has too little for it, whatever is done"""
        waiting = self._resources.keep.get(Waiting, Waiting)
        if not request.siblings and not len(waiting):
            yield from self._alone(request, context)
            return
        likeness = likeness_of(self.model.id, request)
        painted = waiting.take(likeness, request.seed)
        if painted is not None:
            yield painted
            return
        left = tuple(each for each in request.siblings if not waiting.has(likeness, each))
        for event in self._with_siblings(replace(request, siblings=left), context):
            if isinstance(event, Painted):
                waiting.keep(likeness, event)
                yield replace(event, siblings=())
            else:
                yield event

    def _with_siblings(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        """As many at once as there is room for."""
        if self._may_be_together(request):
            ladder, work = self._ladder(), self._pass(request)
            count = ladder.together(work, at_most(request))
            if count > 1:
                several = replace(request, siblings=request.siblings[: count - 1])
                attempt = partial(self._painted, several, context)
                if not (yield from ladder.paint_together(work, count, attempt)):
                    return
        yield from self._alone(request, context)

    def _may_be_together(self, request: PaintRequest) -> bool:
        return may_be_together(request, self.row, self._resources.device)

    def _alone(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        single = replace(request, siblings=())
        attempt = partial(self._painted, single, context)
        yield from self._ladder().paint(self._pass(single), attempt)

    def _ladder(self) -> Ladder:
        lessons = self._resources.keep.get(Lessons, Lessons)
        return Ladder(self.model.id, self._size, residency_of(self._resources), lessons)

    def _pass(self, request: PaintRequest) -> Pass:
        return pass_of(request, self.row, guided=self.traits.guided)

    @cached_property
    def _size(self) -> ModelSize | None:
        return size_of(self.row, self.source.outline)

    def _painted(
        self, wanted: PaintRequest, context: EngineContext, plan: MemoryPlan
    ) -> Iterator[PaintEvent]:
        """:raises MemoryError: the plan takes more than there is"""
        request = shrunk(wanted, plan.area, self.row.sizes.multiple)
        request = fitted(request, self.row.own_area)
        source = replace(self.source, plan=plan)
        conductor = self._resources.keep.get(Conductor, partial(Conductor, self._resources.threads))

        def work(report: Report, still_wanted: Callable[[], None]) -> None:
            PaintWork(source, self._resources, request, context, report, still_wanted).run()

        for event in conductor.events(work):
            if isinstance(event, Painted):
                # A small picture is decoded before a cancel that its beginning brought on is seen.
                context.cancel.check(Phase.DECODING)
            yield enlarged_to(wanted, event)


def traits_of(row: FamilyRow, *, distilled: bool, sizes: Sizes | None = None) -> Traits:
    """``sizes``: the model's own, where they are not the family's."""
    sizes, defaults = sizes or row.sizes, row.defaults_for(distilled=distilled)
    return Traits(
        multiple=sizes.multiple,
        native_area=sizes.native,
        min_area=sizes.minimum,
        max_area=sizes.maximum,
        min_side=sizes.min_side,
        max_side=sizes.max_side,
        latent_factor=row.latent_factor,
        masks=row.mask_input is not MaskInput.NONE,
        edits=row.picture_input is not PictureInput.NONE,
        references=row.picture_input is PictureInput.SEVERAL,
        guided=row.guiding in (Guiding.CONTRAST, Guiding.TRUE_CONTRAST) and defaults.guidance > 1,
        layers=row.layers,
    )
