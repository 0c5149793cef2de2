"""Long calls of a library, turned into events.

A pipeline's call returns when all is done. It runs in a thread of its own, which reports, while the
engine's generator hands out what is reported: kept from paint to paint, because compiled graphs and
thread pools belong to the thread that made them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event

from velatura_protocol.errors import Cancelled

from ..loading.libraries import prepare_libraries
from ..memory.shortage import is_out_of_memory
from .contract import PaintEvent

Report = Callable[[PaintEvent], None]


class Abandoned(Exception):
    """Nobody waits for the events any longer."""


class Conductor:
    """``threads``: how many torch may use."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(1, "velatura-torch", prepare_libraries, (threads,))

    def events(self, work: Callable[[Report, Callable[[], None]], None]) -> Iterator[PaintEvent]:
        """What ``work`` reports, as it does. It is given a function to report by, and one that
        raises once the iterator is closed.

        :raises MemoryError: a device has no more memory
        """
        reports: SimpleQueue[PaintEvent | None] = SimpleQueue()
        left = Event()

        def check() -> None:
            if left.is_set():
                raise Abandoned

        done = self._pool.submit(work, reports.put, check)
        done.add_done_callback(lambda _: reports.put(None))
        try:
            while (event := reports.get()) is not None:
                yield event
            _raise_what_failed(done)
        finally:
            left.set()
            done.exception()  # waits until the thread has let go of everything


def _raise_what_failed(done: Future[None]) -> None:
    try:
        done.result()
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise MemoryError(str(error)) from error
        raise
    except Cancelled as stopped:
        raise Cancelled(**stopped.params) from None
