"""One order on its way through a worker: what it has yielded, and how it may still end."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

from velatura_protocol.errors import VelaturaError
from velatura_protocol.events import Phase
from velatura_protocol.messages import ErrorInfo

from .base import (
    WorkCancelled,
    WorkEvent,
    WorkFailed,
    WorkFinished,
    WorkOrder,
    WorkPreview,
    WorkProgress,
    WorkResult,
    WorkVariationFailed,
)

ENDS = (WorkFinished, WorkFailed, WorkCancelled)


class OrderRun:
    """Events in by :meth:`deliver`, out by :meth:`events`; nothing follows an end."""

    def __init__(self, order: WorkOrder) -> None:
        self.order = order
        self.cancelled = False
        self.ended = False
        self.phase = Phase.QUEUED
        self._events: asyncio.Queue[WorkEvent] = asyncio.Queue()
        self.announced: set[Path] = set()
        self._done: set[int] = set()
        self._good = 0

    @property
    def has_result(self) -> bool:
        return self._good > 0

    def deliver(self, event: WorkEvent) -> None:
        if self.ended:
            return
        if isinstance(event, WorkProgress):
            self.phase = event.phase
        elif isinstance(event, WorkResult):
            self._good += 1
            self.announced.update(blob.path for blob in event.blobs)
            self._done.add(event.variation.index)
        elif isinstance(event, WorkPreview):
            self.announced.add(event.blob.path)
        elif isinstance(event, WorkVariationFailed):
            self._done.add(event.index)
        self.ended = isinstance(event, ENDS)
        self._events.put_nowait(event)

    def cancel_now(self, phase: Phase | None = None) -> None:
        self.deliver(WorkCancelled(phase or self.phase))

    def fail(self, error: VelaturaError) -> None:
        """Ends the order. Variations already delivered are kept: then it is finished, and the
        missing ones are listed."""
        info = ErrorInfo.of(error)
        if not self.has_result:
            self.deliver(WorkFailed(info))
            return
        for index in range(self.order.task.variations):
            if index not in self._done:
                self.deliver(WorkVariationFailed(index, info))
        self.deliver(WorkFinished())

    async def events(self) -> AsyncIterator[WorkEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, ENDS):
                return


def serials() -> itertools.count[int]:
    """Serial numbers for orders, from 1: 0 is what a cancel flag holds when nothing is asked."""
    return itertools.count(1)
