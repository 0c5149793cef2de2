"""Engines whose result is what a test says, and orders run with them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator

import pytest

from velatura_backend.engines import registry
from velatura_backend.engines.base import EngineContext, EngineEvent, EngineTask
from velatura_backend.engines.specs import ECHO
from velatura_backend.executors.base import WorkEvent, WorkOrder
from velatura_backend.executors.worker.flow import Worker, token_over

Making = Callable[[EngineTask, EngineContext], Iterator[EngineEvent]]


class MadeEngine:
    spec = ECHO

    def __init__(self, making: Making) -> None:
        self._making = making

    def run(self, task: EngineTask, context: EngineContext) -> Iterator[EngineEvent]:
        yield from self._making(task, context)


def work_with(
    monkeypatch: pytest.MonkeyPatch,
    making: Making,
    order: WorkOrder,
    flag: array[int] | None = None,
) -> Iterator[WorkEvent]:
    """The worker's events; serial 1 in ``flag`` cancels."""
    monkeypatch.setattr(registry, "create", lambda _: MadeEngine(making))
    shared = array("q", [0]) if flag is None else flag
    return Worker(threads=1).run(order, token_over(shared, 1))
