"""Threads that run networks, and stop in the middle of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType

import onnxruntime

from velatura_protocol.events import Phase

from ...base import CancelToken

_POLL_SECONDS = 0.01

Job = Callable[[onnxruntime.RunOptions], None]
"""Work that hands the options to every run it makes, so that it can be told to stop."""


class NetworkWorkers:
    """``threads`` of them. Which does what never shows in a result."""

    def __init__(self, threads: int, cancel: CancelToken) -> None:
        self.cancel = cancel
        self._pool = ThreadPoolExecutor(max(1, threads))
        self._options = onnxruntime.RunOptions()

    def __enter__(self) -> NetworkWorkers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """What still runs ends within the operator it is at, 40 to 150 ms; nobody waits for it: it
        writes into nothing that is still used."""
        self._options.terminate = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def submit(self, jobs: Sequence[Job]) -> list[Future[None]]:
        return [self._pool.submit(job, self._options) for job in jobs]

    def finish(self, pending: Sequence[Future[None]]) -> None:
        """Waits for them.

        :raises Cancelled: the order is to stop
        """
        left = set(pending)
        while left:
            self.check()
            done, left = wait(left, _POLL_SECONDS)
            for each in done:
                each.result()
        self.check()

    def check(self) -> None:
        """:raises Cancelled: the order is to stop"""
        self.cancel.check(Phase.STEPPING)
