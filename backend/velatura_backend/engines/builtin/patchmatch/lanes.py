"""Deals the pieces of a kernel to threads; the pieces never depend on how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

from velatura_protocol.events import Phase

from ...base import CancelToken

Piece = tuple[int, ...]
"""First row (or item), one past the last, and what else the kernel wants to know of its piece."""

_MAX_PIECES = 16
_MIN_ITEMS = 1 << 14


class Lanes:
    """``threads`` threads that run numba kernels with the interpreter lock released.

    Every kernel takes its piece first, then ``(flag, serial)`` of the cancel token, then its own
    arguments, and returns early once the flag is set; :meth:`run` then raises ``Cancelled``.
    """

    def __init__(self, threads: int, cancel: CancelToken) -> None:
        self.cancel = cancel
        self._helpers = max(0, threads - 1)
        self._pool = ThreadPoolExecutor(self._helpers) if self._helpers else None

    def __enter__(self) -> Lanes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def check(self) -> None:
        """:raises Cancelled: the order is to stop"""
        self.cancel.check(Phase.STEPPING)

    def run(self, kernel: Callable[..., Any], pieces: Sequence[Piece], *arguments: Any) -> None:
        """The kernel over all pieces, in any order.

        :raises Cancelled: the order is to stop
        """
        flag, serial = self.cancel.flag, int(self.cancel.serial)
        waiting = iter(pieces)  # one iterator shared by all threads: next() on it is atomic

        def work() -> None:
            for piece in waiting:
                kernel(*piece, flag, serial, *arguments)

        helpers = []
        if self._pool is not None and len(pieces) > 1:
            helpers = [self._pool.submit(work) for _ in range(self._helpers)]
        work()
        for helper in helpers:
            helper.result()
        self.check()

    def rows(self, kernel: Callable[..., Any], height: int, width: int, *arguments: Any) -> None:
        """The kernel over rows ``0 .. height-1`` of a picture of that width."""
        self.run(kernel, row_pieces(height, width), *arguments)


def row_pieces(height: int, width: int) -> list[Piece]:
    """Rows in up to 16 pieces, fewer where the work is too small to be worth dealing out."""
    count = max(1, min(_MAX_PIECES, height, height * width // _MIN_ITEMS))
    return [(height * i // count, height * (i + 1) // count) for i in range(count)]
