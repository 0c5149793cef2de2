"""One variation: the engine over every crop, previews on the way, files at the end."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass

from velatura_protocol.events import Phase
from velatura_protocol.tasks import Canvas

from ...engines.base import (
    Engine,
    EngineContext,
    EnginePreview,
    EngineProgress,
    EngineResult,
    EngineTask,
    FloatImage,
    StreamedImage,
)
from ..base import WorkEvent, WorkOrder
from .delivery import Delivery, FinishedCrop
from .description import lies_on_crop
from .inputs import Crop
from .order_state import OrderState
from .outputs import drained
from .previews import PreviewMaker, PreviewOf
from .shown import alpha_mode


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
            finished.append((yield from self._run_engine(crop, index)))
            self.state.crop_done()
        yield self.state.enter(Phase.DELIVERING)
        seconds = self.state.variation_metrics()
        yield self.delivery.variation(index, finished, self.crops[0].shading, seconds)

    def _run_engine(self, crop: Crop, index: int) -> Generator[WorkEvent, None, FinishedCrop]:
        result: EngineResult | None = None
        finished: FinishedCrop | None = None
        task = self.order.task
        of = PreviewOf(crop, index, alpha_mode(task), lies_on_crop(task))
        for event in self.engine.run(self._engine_task(crop, index), self.context):
            self.state.check()
            if isinstance(event, EngineResult) and isinstance(event.image, StreamedImage):
                finished = yield from self._stream(crop, event)
            elif isinstance(event, EngineResult):
                result = event
            elif isinstance(event, EnginePreview):
                if preview := self.previews.make(event, of):
                    yield preview
            elif progress := self.state.engine_progress(event):
                yield progress
        if result is not None:
            yield self.state.enter(Phase.DECODING)
            finished = drained(self.delivery.crop(crop, result))
        if finished is None:
            raise RuntimeError(f"{self.engine.spec.id} ended without a result")
        return finished

    def _stream(self, crop: Crop, result: EngineResult) -> Generator[WorkEvent, None, FinishedCrop]:
        """While the engine waits, whose strips are still to be made: that is its work, and it goes
        by the share of them that is written."""
        delivering = self.delivery.crop(crop, result)
        while True:
            try:
                fraction = next(delivering)
            except StopIteration as end:
                return end.value
            if progress := self.state.engine_progress(EngineProgress(Phase.STEPPING, fraction)):
                yield progress

    def _engine_task(self, crop: Crop, index: int) -> EngineTask:
        task = self.order.task
        return EngineTask(
            operation=task.operation,
            intent=task.intent,
            image=crop.image,
            mask=crop.weights,
            seed=task.seed + index,
            images={**self.images, **crop.images},
            masks=crop.masks,
            parameters=task.parameters,
            prompt=task.prompt,
            avoid=task.avoid,
            strength=task.strength,
            scale=task.scale,
            target=(task.target.height, task.target.width) if task.target else None,
            origin=(crop.region.y, crop.region.x),
            document=_document_size(task.canvas),
            further=task.variations - 1 - index,
            grey=task.canvas.format.layout.is_grey,
        )


def _document_size(canvas: Canvas) -> tuple[int, int]:
    """(height, width) without the margins of an expand."""
    margins = canvas.margins
    return (
        canvas.size.height - margins.top - margins.bottom,
        canvas.size.width - margins.left - margins.right,
    )
