"""One variation: the engine over every crop, previews on the way, files at the end."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

from velatura_protocol.events import Phase

from ...engines.base import (
    Engine,
    EngineContext,
    EnginePreview,
    EngineResult,
    EngineTask,
    FloatImage,
)
from ..base import WorkEvent, WorkOrder
from .delivery import Delivery, FinishedCrop
from .inputs import Crop
from .order_state import OrderState
from .previews import PreviewMaker, PreviewOf


@dataclass(frozen=True)
class VariationMaker:
    """Everything one variation needs; the order's variations share it."""

    order: WorkOrder
    engine: Engine
    crops: tuple[Crop, ...]
    images: Mapping[str, tuple[FloatImage, ...]]
    context: EngineContext
    previews: PreviewMaker
    delivery: Delivery
    state: OrderState

    def make(self, index: int) -> Iterator[WorkEvent]:
        """Progress and previews, then the result.

        :raises Exception: whatever the engine raises
        """
        self.state.begin_variation(index)
        finished: list[FinishedCrop] = []
        for crop in self.crops:
            yield self.state.enter(Phase.STEPPING)
            result = yield from self._run_engine(crop, index)
            yield self.state.enter(Phase.DECODING)
            finished.append(self.delivery.crop(crop, result))
            self.state.crop_done()
        yield self.state.enter(Phase.DELIVERING)
        seconds = self.state.variation_metrics()
        yield self.delivery.variation(index, finished, self.crops[0].shading, seconds)

    def _run_engine(self, crop: Crop, index: int) -> Generator[WorkEvent, None, EngineResult]:
        result: EngineResult | None = None
        of = PreviewOf(crop, index, self.order.task.alpha)
        for event in self.engine.run(self._engine_task(crop, index), self.context):
            self.state.check()
            if isinstance(event, EngineResult):
                result = event
            elif isinstance(event, EnginePreview):
                if preview := self.previews.make(event.image, of):
                    yield preview
            elif progress := self.state.engine_progress(event):
                yield progress
        if result is None:
            raise RuntimeError(f"{self.engine.spec.id} ended without a result")
        return result

    def _engine_task(self, crop: Crop, index: int) -> EngineTask:
        task = self.order.task
        return EngineTask(
            operation=task.operation,
            intent=task.intent,
            image=crop.image,
            mask=crop.weights,
            seed=task.seed + index,
            images=self.images,
            masks=crop.masks,
            parameters=task.parameters,
            prompt=task.prompt,
            avoid=task.avoid,
            strength=task.strength,
            scale=task.scale,
            target=(task.target.height, task.target.width) if task.target else None,
        )
