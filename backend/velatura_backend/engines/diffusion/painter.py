"""Paints a rectangle by a prompt with one installed model, of any family."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial

from ...models.records import InstalledModel
from ..base import EngineContext
from ..workshop import Workshop
from .conducting import Conductor, Report
from .families import FamilyRow, Guiding, MaskInput, PictureInput, Sizes, row_of
from .ladder import Ladder, Lessons
from .loading import Source
from .memory import MemoryPlan, ModelSize
from .painting import PaintEvent, PaintRequest, Traits
from .parts import residency_of
from .shrinking import enlarged_to, fitted, shrunk
from .sizes import pass_of, size_of
from .trained_sizes import trained_sizes
from .work import PaintWork


class DiffusionPainter:
    """See :class:`~.painting.Painter`. What is loaded stays with the workshop.

    :raises velatura_protocol.errors.Unsupported: no row of the table has the model's family
    """

    def __init__(self, model: InstalledModel, workshop: Workshop) -> None:
        self.model = model
        self._workshop = workshop
        self.row = row_of(model.family, model.variant)
        self.source = Source(model, self.row, workshop.device, shelf=workshop.models)

    @property
    def traits(self) -> Traits:
        return traits_of(self.row, distilled=self.model.distilled, sizes=self._sizes)

    @cached_property
    def _sizes(self) -> Sizes:
        return trained_sizes(self.model, self.row)

    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        """:raises OutOfMemory: the device has too little for it, whatever is done"""
        keep = self._workshop.keep
        ladder = Ladder(
            self.model.id, self._size, residency_of(self._workshop), keep.get(Lessons, Lessons)
        )
        work = pass_of(request, self.row, guided=self.traits.guided)
        yield from ladder.paint(work, partial(self._painted, request, context))

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
        conductor = self._workshop.keep.get(Conductor, partial(Conductor, self._workshop.threads))

        def work(report: Report, still_wanted: Callable[[], None]) -> None:
            PaintWork(source, self._workshop, request, context, report, still_wanted).run()

        for event in conductor.events(work):
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
    )
