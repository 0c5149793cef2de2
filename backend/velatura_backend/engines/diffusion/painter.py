"""Paints a rectangle by a prompt with one installed model, of any family."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ...models.records import InstalledModel
from ..base import EngineContext
from ..workshop import Workshop
from .conducting import Conductor, Report
from .families import FamilyRow, Guiding, MaskInput, PictureInput, row_of
from .loading import Source
from .painting import PaintEvent, PaintRequest, Traits
from .work import PaintWork


class DiffusionPainter:
    """See :class:`~.painting.Painter`. What is loaded stays with the workshop.

    :raises velatura_protocol.errors.Unsupported: no row of the table has the model's family
    """

    def __init__(self, model: InstalledModel, workshop: Workshop) -> None:
        self.model = model
        self._workshop = workshop
        self.row = row_of(model.family, model.variant)
        self.source = Source(model, self.row, workshop.device)

    @property
    def traits(self) -> Traits:
        return traits_of(self.row, distilled=self.model.distilled)

    def paint(self, request: PaintRequest, context: EngineContext) -> Iterator[PaintEvent]:
        """:raises MemoryError: the device has too little for it"""
        conductor = self._workshop.keep.get(Conductor, partial(Conductor, self._workshop.threads))

        def work(report: Report, still_wanted: Report) -> None:
            PaintWork(self.source, self._workshop, request, context, report, still_wanted).run()

        yield from conductor.events(work)


def traits_of(row: FamilyRow, *, distilled: bool) -> Traits:
    sizes, defaults = row.sizes, row.defaults_for(distilled=distilled)
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
