"""Deals the pieces of a kernel to threads; the pieces never depend on how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.events import Phase

from ....imaging.banded import Check, Work, all_in_bands, in_bands, row_bands
from ...base import CancelToken

Piece = tuple[int, ...]
"""First row (or item), one past the last, and what else the kernel wants to know of its piece."""

Scalar = TypeVar("Scalar", bound=np.generic)

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

    def bands(self, work: Work, height: int, width: int, least: int = 1) -> None:
        """Plain Python over bands of (at least ``least``) rows, which numpy does without the
        interpreter lock. Bands may be worked on at the same time: each writes its own rows only.

        :raises Cancelled: the order is to stop
        """
        self._deal(self.check, work, row_bands(height, width, least))

    def over(
        self,
        function: Callable[..., NDArray[Scalar]],
        *arrays: NDArray[Any],
        halo: int = 0,
    ) -> NDArray[Scalar]:
        """``function(*arrays)`` bit for bit, in bands dealt to the threads; see
        :func:`velatura_backend.imaging.banded.in_bands`.

        :raises Cancelled: the order is to stop
        """
        return in_bands(self.check, function, *arrays, halo=halo, deal=self._deal)

    def all(self, function: Callable[..., NDArray[np.bool_]], *arrays: NDArray[Any]) -> bool:
        """``function(*arrays).all()``.

        :raises Cancelled: the order is to stop
        """
        return all_in_bands(self.check, function, *arrays)

    def _deal(self, check: Check, work: Work, parts: Sequence[slice]) -> None:
        def step(start: int, stop: int, flag: NDArray[np.int64], serial: int) -> None:
            if flag[0] != serial:
                work(slice(start, stop))

        check()
        self.run(step, [(part.start, part.stop) for part in parts])


def row_pieces(height: int, width: int) -> list[Piece]:
    """Rows in up to 16 pieces, fewer where the work is too small to be worth dealing out."""
    count = max(1, min(_MAX_PIECES, height, height * width // _MIN_ITEMS))
    return [(height * i // count, height * (i + 1) // count) for i in range(count)]
