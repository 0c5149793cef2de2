"""Executors that do what no real engine can be made to do."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from velatura_backend.executors.base import (
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkResult,
    WorkVariationFailed,
)
from velatura_backend.executors.inline import InlineExecutor
from velatura_protocol.errors import ErrorCode
from velatura_protocol.messages import ErrorInfo

LOST = ErrorInfo(ErrorCode.WORKER_LOST, {"exit_code": -9}, retryable=True)


class LostAfterOne(InlineExecutor):
    """Delivers the first variation, fails the second, and is lost before the others."""

    def __init__(self, on_change: object) -> None:
        super().__init__(1)

    async def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        async for event in super().run(order):
            if isinstance(event, WorkFinished):
                yield WorkFailed(LOST)
            elif not isinstance(event, WorkResult) or event.variation.index == 0:
                yield event
            elif event.variation.index == 1:
                yield WorkVariationFailed(1, ErrorInfo(ErrorCode.NO_SOURCE))


class SaysItTwice(InlineExecutor):
    """Delivers each result again, as after a worker that was lost behind it."""

    def __init__(self, on_change: object) -> None:
        super().__init__(1)

    async def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        async for event in super().run(order):
            yield event
            if isinstance(event, WorkResult):
                yield event


class Silent(InlineExecutor):
    """Ends without a word, against its contract."""

    def __init__(self, on_change: object) -> None:
        super().__init__(1)

    async def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        return
        yield


class Broken(InlineExecutor):
    """Raises, against its contract."""

    def __init__(self, on_change: object) -> None:
        super().__init__(1)

    async def run(self, order: WorkOrder) -> AsyncGenerator[WorkEvent, None]:
        raise RuntimeError("the executor is broken")
        yield
