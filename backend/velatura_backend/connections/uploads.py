"""One client's blobs on their way into the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from velatura_protocol.errors import (
    BadMessage,
    Interrupted,
    LimitExceeded,
    NotFound,
    VelaturaError,
)
from velatura_protocol.messages import Blob, BlobRef, ErrorInfo
from velatura_protocol.session import BlobFailed, ServerSession

from ..background_tasks import BackgroundTasks
from ..journal.history import Caller
from .allowance import Allowance, Most
from .exchange import ExchangeFolder
from .upload_sink import FileSink, Ground

_log = logging.getLogger("velatura.uploads")

_MOST_REMEMBERED = 256
"""Blobs of one connection that some job has had; another may name as many as a job may have."""
_MOST_UNWANTED = 8192
"""Names of blobs that are still to come, and whose job has been given up."""
_MOST_UNWRITTEN = 64 * 1024 * 1024
_MOST_FINISHING = 6
_MOST_UNNAMED = Most()


class Uploads:
    """``pump`` is called when the session has got something to send by what happened here."""

    def __init__(
        self,
        ground: Ground,
        session: ServerSession,
        caller: Caller,
        exchange: ExchangeFolder | None,
        pump: Callable[[], None],
    ) -> None:
        self._ground = ground
        self._session = session
        self._caller = caller
        self._exchange = exchange
        self._pump = pump
        self._sinks: dict[str, FileSink] = {}
        self._arrived: dict[str, BlobRef | ErrorInfo] = {}
        self._held: dict[str, str] = {}
        self._past: dict[str, None] = {}
        # One for all of them: there are hundreds a second of a client that paints.
        self._unkept = ErrorInfo.of(NotFound(what="blob", id=""))
        self._allowance = Allowance(_MOST_UNNAMED)
        self._settled: dict[str, None] = {}
        self._unwritten = 0
        self._waiting: dict[str, list[asyncio.Future[BlobRef | ErrorInfo]]] = {}
        self._finishing = BackgroundTasks()

    @property
    def is_behind(self) -> bool:
        """Pixels come in faster than the disk takes them."""
        return self._unwritten > _MOST_UNWRITTEN or len(self._finishing) >= _MOST_FINISHING

    # -- what the session says ---------------------------------------------------------------------

    def opened(self, header: Blob) -> Coroutine[Any, Any, None] | None:
        """Makes room for the blob; what has to wait for a look into the journal is returned."""
        if not self._admit(header) or header.by_file:
            return None
        if header.digest:
            return self._offered(header)
        self._receive(header.blob)
        return None

    def received(self, header: Blob, digest: str) -> None:
        # Once begun it is carried through: a file that is half in the store belongs to nobody.
        self._finishing.spawn(self._finish(header, digest)).add_done_callback(
            lambda _: self._pump()
        )

    async def _finish(self, header: Blob, digest: str) -> None:
        if header.blob in self._arrived:
            # A write has failed since its last byte came in.
            return
        if self._is_unwanted(header):
            self._pass_over(header)
            return
        try:
            digest = await self._store(header, digest)
        except (VelaturaError, OSError) as error:
            self._lose(header.blob, error)
        else:
            self._arrive(header.blob, _reference(header, digest))

    def failed(self, event: BlobFailed) -> None:
        sink = self._sinks.pop(event.blob, None)
        if sink is not None:
            sink.abort()
        self._arrive(event.blob, event.error)

    # -- what jobs ask -----------------------------------------------------------------------------

    async def wait_for(self, blob: str) -> BlobRef:
        """The blob, as soon as it is there, taken for the caller.

        :raises VelaturaError: it will not come, or is gone again
        """
        found = self._arrived.get(blob)
        if found is None:
            future = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(blob, []).append(future)
            found = await future
        if isinstance(found, ErrorInfo):
            # Anew each time: an exception keeps the frames of all who were told of it.
            raise found.exception()
        if blob in self._held:
            self._ground.store.take_again(found.digest)
        elif not await self._ground.history.take(found.digest):
            raise NotFound(what="blob", id=found.digest)
        return found

    def name(self, blobs: Iterable[str]) -> None:
        """A submit wants these: they may come, however much they are."""
        self._allowance.name(blobs)

    def unname(self, blobs: Iterable[str]) -> None:
        """It is decided on, after :meth:`name`."""
        self._allowance.unname(blobs)

    def settle(self, blobs: Iterable[str], taken: Iterable[BlobRef]) -> None:
        """The job they came for holds them by now, or does not want them: they are kept for other
        jobs no longer than some job holds them. ``taken``: what :meth:`wait_for` gave for it."""
        digests = [blob.digest for blob in taken]
        for blob in blobs:
            if blob in self._held:
                digests.append(self._held.pop(blob))
                self._pass(blob)
            elif blob not in self._arrived and not self._is_awaited(blob):
                self._settled[blob] = None
                if len(self._settled) > _MOST_UNWANTED:
                    del self._settled[next(iter(self._settled))]
        self._ground.history.let_go_soon(digests)

    async def close(self) -> None:
        """Lets go of what was received; what jobs hold stays."""
        await self._finishing.settle()
        for sink in self._sinks.values():
            sink.abort()
        self._sinks.clear()
        held = tuple(self._held.values())
        self._held.clear()
        self._arrived.clear()
        await self._ground.history.let_go(held)

    # -- inside ------------------------------------------------------------------------------------

    def _admit(self, header: Blob) -> bool:
        if header.blob in self._arrived or header.blob in self._allowance:
            # The first of that name is not to be lost sight of.
            error = BadMessage(reason="id was used before", at="$.blob")
            self._session.refuse_blob(header.blob, error)
            self._pump()
            return False
        try:
            self._allowance.admit(header.blob, header.bytes)
        except LimitExceeded as error:
            self._lose(header.blob, error)
            return False
        return True

    async def _offered(self, header: Blob) -> None:
        here = await self._is_here(header.digest)
        if header.blob in self._arrived:
            # It was given up meanwhile.
            if here:
                await self._ground.history.let_go((header.digest,))
        elif here:
            self._session.have_blob(header.blob)
            self._arrive(header.blob, _reference(header, header.digest))
        else:
            self._receive(header.blob)
        self._pump()

    async def _is_here(self, digest: str) -> bool:
        """Whether the client has sent these bytes before; knowing a digest is not having them."""
        mine = any(isinstance(e, BlobRef) and e.digest == digest for e in self._arrived.values())
        if not mine:
            try:
                await self._ground.history.blob(self._caller, digest)
            except NotFound:
                return False
        return await self._ground.history.take(digest)

    def _receive(self, blob: str) -> None:
        def through(count: int) -> None:
            self._session.consumed(blob, count)
            self._pump()

        def failed(error: BaseException) -> None:
            # Not by its own name, through which it would hold on to itself.
            broken = self._sinks.pop(blob, None)
            if broken is not None:
                broken.abort()
                self._lose(blob, error)

        def waiting(count: int) -> None:
            was_behind = self.is_behind
            self._unwritten += count
            if was_behind and not self.is_behind:
                # What cannot be written is got through, too, and says so by nothing else.
                self._pump()

        sink = FileSink(self._ground, through, failed, waiting)
        self._sinks[blob] = sink
        self._session.accept_blob(blob, sink)

    async def _store(self, header: Blob, digest: str) -> str:
        if header.by_file:
            return await asyncio.to_thread(self._copy, header, digest)
        await self._sinks.pop(header.blob).finish(digest)
        return digest

    def _copy(self, header: Blob, expected: str) -> str:
        """Takes a copy before anything relies on it: the file is still the client's to change."""
        exchange = self._exchange
        if exchange is None:
            raise BadMessage(reason="no exchange folder", at="$.by_file")
        incoming = self._ground.store.receive()
        try:
            descriptor = exchange.open_given(header.blob, header.bytes)
            with open(descriptor, "rb", buffering=0):
                digest = incoming.copy_from(descriptor, header.bytes)
            if expected not in ("", digest):
                raise BadMessage(reason="another digest", at="$.digest")
            incoming.finish(digest)
        except BaseException:
            incoming.abort()
            raise
        finally:
            exchange.remove_given(header.blob)
        return digest

    def _lose(self, blob: str, error: BaseException) -> None:
        if not isinstance(error, VelaturaError):
            _log.error("a blob could not be stored", exc_info=error)
        reason = error if isinstance(error, VelaturaError) else Interrupted()
        if not self._session.is_closed:
            self._session.refuse_blob(blob, reason)
            self._pump()
        self._arrive(blob, ErrorInfo.of(reason))

    def _arrive(self, blob: str, found: BlobRef | ErrorInfo) -> None:
        self._arrived[blob] = found
        if isinstance(found, BlobRef):
            self._held[blob] = found.digest
        else:
            self._pass(blob)
        for future in self._waiting.pop(blob, []):
            if not future.done():
                future.set_result(found)
        if blob in self._settled:
            del self._settled[blob]
            if not self._allowance.is_named(blob):
                self.settle((blob,), ())

    def _is_unwanted(self, header: Blob) -> bool:
        """Whether the job it came for has been given up, and no other wants it."""
        is_settled = header.blob in self._settled and not self._allowance.is_named(header.blob)
        return is_settled and not header.by_file

    def _pass_over(self, header: Blob) -> None:
        """It need not get as far as the disk: strokes are given up faster than that."""
        del self._settled[header.blob]
        self._sinks.pop(header.blob).abort()
        self._arrived[header.blob] = self._unkept
        self._pass(header.blob)

    def _pass(self, blob: str) -> None:
        """It is not kept, or for its own sake no longer; how it ended is remembered a while."""
        self._allowance.drop(blob)
        self._past[blob] = None
        if len(self._past) > _MOST_REMEMBERED:
            oldest = next(iter(self._past))
            del self._past[oldest], self._arrived[oldest]

    def _is_awaited(self, blob: str) -> bool:
        return any(not future.done() for future in self._waiting.get(blob, ()))


def _reference(header: Blob, digest: str) -> BlobRef:
    return BlobRef(digest, header.size, header.format)
