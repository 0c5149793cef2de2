"""A blob's bytes on their way from the event loop to the writer's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

from ..journal.blobstore import BlobStore, IncomingBlob
from ..journal.history import History


@dataclass(frozen=True)
class Ground:
    """What uploads stand on. ``writer`` is one thread: chunks reach the disk in their order."""

    store: BlobStore
    history: History
    writer: Executor


class FileSink:
    """Hands bytes to the writer's thread, which makes the file too: while the disk is being flushed
    that took tenths of a second of the event loop. ``through`` hears of bytes that are written,
    ``failed`` of the first that could not be, ``waiting`` of how many more, or fewer, wait to be
    written."""

    def __init__(
        self,
        ground: Ground,
        through: Callable[[int], None],
        failed: Callable[[BaseException], None],
        waiting: Callable[[int], None],
    ) -> None:
        self._writer = ground.writer
        self._store = ground.store
        self._incoming: IncomingBlob | None = None
        self._through = through
        self._failed = failed
        self._waiting = waiting
        self._loop = asyncio.get_running_loop()
        self._last: asyncio.Future[None] | None = None
        self._error: BaseException | None = None

    def write(self, data: memoryview) -> None:
        self._waiting(data.nbytes)
        self._last = self._loop.run_in_executor(self._writer, self._write, data)
        self._last.add_done_callback(lambda done: self._report(done, data.nbytes))

    def _report(self, done: asyncio.Future[None], count: int) -> None:
        self._waiting(-count)
        error = done.exception()
        if error is None:
            self._through(count)
        elif self._error is None:
            self._error = error
            self._failed(error)

    async def finish(self, digest: str) -> None:
        """:raises DiskFull: no room for it"""
        try:
            if self._last is not None:
                await asyncio.wait([self._last])
            if self._error is not None:
                raise self._error
            await asyncio.to_thread(self._begun().finish, digest)
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """After what is still to be written."""
        self._writer.submit(self._abort)

    # -- in the writer's thread, or when that is done ----------------------------------------------

    def _begun(self) -> IncomingBlob:
        if self._incoming is None:
            self._incoming = self._store.receive()
        return self._incoming

    def _write(self, data: memoryview) -> None:
        self._begun().write(data)

    def _abort(self) -> None:
        if self._incoming is not None:
            self._incoming.abort()
