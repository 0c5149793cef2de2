"""The backend's main flow: a work order's files in, an engine's work, a layer's files out.

Runs in a worker process (``local``) or in a thread (``inline``), one order at a time: map the input
files, bring them into the engine's colour, make M, run the engine per variation and crop, bring
what it made back into the document's depth and encoding, write it, say so.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from velatura_protocol.engines import Device
from velatura_protocol.errors import Cancelled, OutOfMemory, VelaturaError
from velatura_protocol.events import Phase
from velatura_protocol.messages import DeviceInfo, ErrorInfo

from ...doctor.scrubbing import written_in
from ...engines import registry
from ...engines.base import CancelToken
from ...engines.catalogue import create
from ...engines.resources import NO_MODELS, EngineResources
from ...models.records import ModelShelf
from ..base import (
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkVariationFailed,
)
from ..devices import CPU_ID, describe_cpu
from .delivery import Delivery
from .failures import as_error, is_hopeless
from .inputs import read_crops, read_images
from .measure import peak_memory_metrics
from .order_state import OrderState
from .origin import Origin, origin_of
from .outputs import ResultWriter
from .previews import PreviewMaker
from .variations import VariationMaker


@dataclass(frozen=True)
class RunContext:
    """What an engine sees of its worker, see :class:`~...engines.base.EngineContext`."""

    cancel: CancelToken
    threads: int
    previews: PreviewMaker

    def wants_preview(self) -> bool:
        return self.previews.is_wanted()


def token_over(flag: Any, serial: int) -> CancelToken:
    """The order's token over a shared buffer of one int64; see :class:`CancelToken`."""
    return CancelToken(np.frombuffer(flag, np.int64), serial)


class Worker:
    """``threads``: how many an engine may use. ``models``: the installed ones. ``model_memory``:
    the most bytes of the device that they may take, 0 for all there are. What engines load stays
    from order to order, until the worker ends."""

    def __init__(
        self,
        threads: int,
        models: ModelShelf | None = None,
        device: Device = Device.CPU,
        model_memory: int = 0,
    ) -> None:
        self._threads = threads
        self._models = models or NO_MODELS
        self._device = device
        self._model_memory = model_memory

    @cached_property
    def _resources(self) -> EngineResources:
        return EngineResources(
            self._models, self._device_name, self._threads, memory=self._model_memory
        )

    @cached_property
    def _device_name(self) -> str:
        """Asking for an accelerator imports what works with it."""
        if self._device is Device.CPU:
            return CPU_ID
        from ...engines.diffusion.loading.accelerators import best_device

        return best_device()

    def _origin(self, order: WorkOrder) -> Origin:
        device = self._device_name if order.engine.weights else CPU_ID
        return origin_of(order.engine, self._models, device)

    def describe_device(self) -> DeviceInfo:
        if self._device is Device.CPU:
            return describe_cpu(ready=True)
        from ...engines.diffusion.loading.accelerators import describe_accelerator

        return describe_accelerator()

    def compile_engines(self) -> None:
        """Once on a machine: so that no engine compiles anything when it is first used."""
        from ...engines.builtin.warm import compile_all

        compile_all()

    def warm_up(self) -> tuple[str, ...]:
        """Loads what a removal needs; ids of the engines that then need nothing but their own
        modules."""
        from ...engines.builtin.warm import warm_up

        warm_up()
        return tuple(each.id for each in registry.specs() if each.device is Device.CPU)

    def run(self, order: WorkOrder, cancel: CancelToken) -> Iterator[WorkEvent]:
        """Every event but ``WorkStarted``; the last one is the order's end. Raises nothing."""
        state = OrderState(cancel, order.task.variations)
        writer = ResultWriter(order.output, state.check)
        try:
            yield from self._work(order, state, writer)
            state.total.stop()
            end = WorkFinished({**state.total.metrics(), **peak_memory_metrics()})
        except Cancelled:
            end = WorkCancelled(state.phase)
        except Exception as error:
            end = WorkFailed(ErrorInfo.of(as_error(error, order.engine, written_in(order.task))))
        finally:
            writer.discard()
        yield end

    def _work(
        self, order: WorkOrder, state: OrderState, writer: ResultWriter
    ) -> Iterator[WorkEvent]:
        yield state.enter(Phase.LOADING)
        engine = create(order.engine, self._resources)
        yield state.enter(Phase.ENCODING)
        crops = read_crops(order, state.check)
        state.crops = len(crops)
        own = ResultWriter(order.output, state.check)
        previews = PreviewMaker(order.task.preview, own, check=state.check)
        maker = VariationMaker(
            order=order,
            engine=engine,
            crops=crops,
            images=read_images(order, state.check),
            context=RunContext(state.cancel, self._threads, previews),
            previews=previews,
            delivery=Delivery(order, self._threads, writer, state.check, self._origin(order)),
            state=state,
        )
        yield from _variations(maker, writer)


def _variations(maker: VariationMaker, writer: ResultWriter) -> Iterator[WorkEvent]:
    """Each variation's events; those that failed are listed.

    :raises VelaturaError: not one of them is good
    """
    failures: list[VelaturaError] = []
    count = maker.order.task.variations
    for index in range(count):
        try:
            yield from _make(maker, index, writer)
        except Cancelled:
            raise
        except Exception as error:
            writer.discard()
            texts = written_in(maker.order.task)
            failures.append(as_error(error, maker.engine.spec, texts))
            if len(failures) == count or (is_hopeless(failures[-1]) and len(failures) == index + 1):
                raise failures[0] from error
            yield WorkVariationFailed(index, ErrorInfo.of(failures[-1]))


def _make(maker: VariationMaker, index: int, writer: ResultWriter) -> Iterator[WorkEvent]:
    """Out of memory: once more, when everything that can be let go of is gone."""
    try:
        yield from maker.make(index)
        return
    except MemoryError:
        writer.discard()
    gc.collect()
    try:
        yield from maker.make(index)
    except MemoryError as error:
        raise OutOfMemory(device=CPU_ID) from error
