"""An event loop that knows how long it has kept its sockets waiting."""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class StampingSelector(selectors.DefaultSelector):
    """``woke``: when what is being handled now was found; ``busy``: for how many seconds before
    that nobody had looked."""

    def __init__(self) -> None:
        super().__init__()
        self.woke = time.monotonic()
        self.busy = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.busy = time.monotonic() - self.woke
        found = super().select(timeout)
        self.woke = time.monotonic()
        return found


def run(work: Coroutine[Any, Any, Answer], selector: StampingSelector) -> Answer:
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        return runner.run(work)
