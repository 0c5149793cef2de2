"""The engine that runs on an installed diffusion model: what a task asks for, in terms of passes.

From top to bottom: plan where and at which size to paint, lay something under the mask, let the
painter paint, fit the outcome to what surrounds it, give it the picture's grain. It never
composites: where M is 0 the worker keeps the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from velatura_protocol.engines import EngineSpec
from velatura_protocol.events import Phase
from velatura_protocol.tasks import Intent, Operation

from ...models.records import InstalledModel
from ..base import EngineContext, EngineEvent, EngineTask
from ..builtin.patchmatch.lanes import Lanes
from ..resources import EngineResources
from .adapters.requests import with_adapters
from .operations.drawing import drawn
from .operations.enlarging import enlarged
from .operations.filling import Filling, Manner
from .operations.layering import layering_easel, layers_wanted, with_layers
from .operations.paint_order import PaintOrder
from .painting.contract import Painter, PaintRequest, Sampling
from .quality.options import options_of
from .sampling import sampling_values

_STARTS = {Intent.REMOVE: 0.5, Intent.EXPAND: 0.9}
"""Share of the noise schedule that is run over a pre-fill made of the picture's own pieces. A model
that starts from noise and without a prompt paints another thing where one was to go; from 0.6 on
the tiny trained one does, at 0.5 it smooths over what the built-in fill laid there."""

_VARIED = 0.8
"""Of the schedule, for the strongest variation: what is shown stays the same thing."""

_RESTYLED = 0.95


class DiffusionEngine:
    def __init__(
        self, model: InstalledModel, resources: EngineResources, spec: EngineSpec, painter: Painter
    ) -> None:
        self.model, self.resources = model, resources
        self.spec, self._painter = spec, painter

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        """:raises NoSource: something is to be removed, and the mask leaves nothing"""
        context.cancel.check(Phase.LOADING)
        paint_order = PaintOrder(task, context, self._painter, options_of(task), self._adapted)
        count = layers_wanted(task, self._painter.traits)
        if count:
            layering = layering_easel(paint_order, count)
            yield from with_layers(layering, self._events(layering))
        else:
            yield from self._events(paint_order)

    def _events(self, paint_order: PaintOrder) -> Iterator[EngineEvent]:
        task, context = paint_order.task, paint_order.context
        if task.operation is Operation.GENERATE:
            yield from drawn(paint_order)
        elif task.operation is Operation.UPSCALE:
            yield from enlarged(paint_order)
        else:
            with Lanes(context.threads, context.cancel) as lanes:
                yield from Filling(
                    paint_order, self._manner(task, paint_order.painter), lanes
                ).run()

    def _manner(self, task: EngineTask, painter: Painter) -> Manner:
        if task.operation is Operation.FILL:
            return Manner(task.strength, task.intent, _STARTS.get(task.intent, 1.0))
        if task.operation is Operation.VARY:
            return Manner(_VARIED * task.strength)
        if painter.traits.edits and task.prompt.strip():
            return Manner(1.0, instruction=True)
        return Manner(min(_RESTYLED, task.strength))

    def _adapted(self, task: EngineTask, request: PaintRequest) -> PaintRequest:
        asked = replace(request, sampling=Sampling(*sampling_values(task.parameters)))
        return with_adapters(task, asked, self.model, self.resources)
