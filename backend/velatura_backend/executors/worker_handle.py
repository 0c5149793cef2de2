"""One spawned worker process as the event loop sees it: messages in, orders out, and its death.

A thread of its own waits for the pipe and the process at once, on every system: a message cut off
by a crash can then never block the event loop, and one path is tested instead of two.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any

from . import worker_process
from .base import WorkOrder
from .hang_detection import Hang
from .pipe import FromWorker, RunOrder, WorkerSettings

_EXIT_SECONDS = 1.0


@dataclass(frozen=True)
class WorkerCallbacks:
    """Called on the event loop; ``lost`` exactly once, with the exit code, after every message."""

    message: Callable[[WorkerHandle, FromWorker], None]
    lost: Callable[[WorkerHandle, int], None]


class WorkerHandle:
    """Spawns in :meth:`start`; nothing is sent to the process before it has spawned."""

    def __init__(self, settings: WorkerSettings, callbacks: WorkerCallbacks) -> None:
        context = multiprocessing.get_context("spawn")
        self._callbacks = callbacks
        self._loop = asyncio.get_running_loop()
        self._connection, self._theirs = context.Pipe()
        # A raw shared array lies in an unlinked mapped file (POSIX) or a named mapping (Windows):
        # no semaphore and no resource tracker is left to complain when the worker is killed.
        self._flag: Any = context.RawArray("q", 1)
        self._process = context.Process(
            target=worker_process.main,
            args=(self._theirs, self._flag, settings),
            name="velatura-worker",
            daemon=True,
        )
        self._reader = Thread(target=self._read, name="velatura-worker-reader", daemon=True)
        self.ready = False
        self.hang: Hang | None = None
        """Why it was given up, None while it was not."""

    @property
    def pid(self) -> int | None:
        return self._process.pid

    async def start(self) -> None:
        """:raises OSError: no process could be spawned"""
        await asyncio.to_thread(self._process.start)
        self._theirs.close()
        self._reader.start()

    async def send(self, serial: int, order: WorkOrder) -> None:
        """An order larger than the pipe's buffer blocks until it is read: hence the thread. To a
        dead worker nothing is sent; its ``lost`` is on the way."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(self._connection.send, RunOrder(serial, order))

    def stop_order(self, serial: int) -> None:
        """Asks the order to stop at its next check; harmless once it has ended."""
        self._flag[0] = serial

    def terminate(self) -> None:
        """Ends the process, whatever it is doing: one that is stopped heeds no gentler signal, and
        a worker has nothing to put in order."""
        if self._process.pid is not None:
            self._process.kill()

    async def join(self, seconds: float | None = None) -> None:
        """Waits until the process has gone and ``lost`` was called, but no longer than that."""
        if self._reader.ident is not None:
            await asyncio.to_thread(self._reader.join, seconds)

    def _read(self) -> None:
        while (message := self._receive()) is not None:
            self._post(self._callbacks.message, message)
        exit_code = self._reap()
        self._connection.close()
        self._post(self._callbacks.lost, exit_code)

    def _receive(self) -> FromWorker | None:
        """The next message, None once the worker has gone. What it wrote before is read first."""
        connection: Connection[Any, Any] = self._connection
        if connection not in wait([connection, self._process.sentinel]):
            return None
        try:
            return connection.recv()
        except (EOFError, OSError):
            return None

    def _reap(self) -> int:
        """A worker that closed its pipe without exiting is killed."""
        self._process.join(_EXIT_SECONDS)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        return self._process.exitcode or 0

    def _post(self, callback: Callable[[WorkerHandle, Any], None], value: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed under us
            self._loop.call_soon_threadsafe(callback, self, value)
