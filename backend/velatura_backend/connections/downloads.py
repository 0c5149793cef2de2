"""Blobs on their way to one client: results by request, previews when there is nothing better."""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from velatura_protocol.errors import LimitExceeded, NotFound, VelaturaError
from velatura_protocol.messages import BlobGet, BlobRef, Preview
from velatura_protocol.session import BlobKnown, BlobRejected, BlobSent, ServerSession

from ..jobs.previews import PreviewSlots, SharedPreview
from .exchange import ExchangeFolder

_log = logging.getLogger("velatura.downloads")

_MOST_OPEN = 16
_MOST_WAITING = 4096

# A file costs two system calls and a look by the client; a chunk as large as this costs less.
_FILE_BYTES = 256 * 1024


class _Mapped:
    """A file's bytes without reading them."""

    def __init__(self, path: Path) -> None:
        self._map = _map(path)
        self.view = memoryview(self._map if self._map is not None else b"")

    def close(self) -> None:
        self.view.release()
        if self._map is not None:
            # Whoever still looks at the bytes keeps them; they go with the last look.
            with contextlib.suppress(BufferError):
                self._map.close()


@dataclass(frozen=True)
class _Outgoing:
    """``finish`` is called when the blob's file is needed no more."""

    mapped: _Mapped | None
    finish: Callable[[], None]


class Downloads:
    """``session`` must be open. Files are mapped, not read: a slow client costs no memory."""

    def __init__(self, session: ServerSession, exchange: ExchangeFolder | None) -> None:
        self._session = session
        self._exchange = exchange
        self._open: dict[str, _Outgoing] = {}
        self._waiting: deque[tuple[BlobRef, Path, Callable[[], None]]] = deque()
        self._number = 0
        self._preview: tuple[str, SharedPreview] | None = None

    def send(self, blob: BlobRef, path: Path, finish: Callable[[], None]) -> None:
        """Sends a stored blob; ``finish`` is called when its file is needed no more.

        :raises LimitExceeded: the client asks for more than it reads
        """
        if len(self._waiting) >= _MOST_WAITING:
            finish()
            raise LimitExceeded(limit="blobs", value=_MOST_WAITING + 1, maximum=_MOST_WAITING)
        self._waiting.append((blob, path, finish))
        self._open_waiting()

    def send_preview(self, slots: PreviewSlots) -> bool:
        """Sends the preview whose turn it is, unless one is on its way."""
        if self._preview is not None:
            return False
        preview = slots.take()
        if preview is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            # Its order has ended meanwhile, and its folder is gone; the end follows.
            self._announce(preview)
        preview.let_go()
        return True

    def drop_preview(self, job: str) -> None:
        """What shows the job better than a preview is about to be sent."""
        if self._preview is not None and self._preview[1].job == job:
            self._session.drop_blob(self._preview[0])
            self._close(self._preview[0])

    def done(self, event: BlobSent | BlobKnown | BlobRejected) -> None:
        self._close(event.blob)
        if isinstance(event, BlobRejected) and self._exchange is not None:
            self._exchange.remove_given(event.blob)
        self._open_waiting()

    def close(self) -> None:
        """After the session has let go of everything."""
        for blob in tuple(self._open):
            self._close(blob)
        for _, _, finish in self._waiting:
            finish()
        self._waiting.clear()

    # -- inside ------------------------------------------------------------------------------------

    def _open_waiting(self) -> None:
        while self._waiting and len(self._open) < _MOST_OPEN:
            blob, path, finish = self._waiting.popleft()
            try:
                self._begin(self._new_id("b"), blob, path, finish)
            except (OSError, VelaturaError):
                _log.exception("a blob could not be sent")
                finish()
                self._session.send_error(BlobGet.t, NotFound(what="blob", id=blob.digest))

    def _announce(self, preview: SharedPreview) -> None:
        work = preview.work
        name = self._new_id("p")
        announcement = Preview(
            preview.job, work.variation, work.region, name, work.blob.size, work.blob.format
        )
        mapped = _Mapped(work.blob.path)
        self._session.send(announcement)
        self._session.send_blob(
            name, work.blob.size, work.blob.format, mapped.view, background=True
        )
        self._open[name] = _Outgoing(mapped, lambda: None)
        self._preview = (name, preview)

    def _begin(self, name: str, blob: BlobRef, path: Path, finish: Callable[[], None]) -> None:
        if self._session.files and blob.format.byte_count(blob.size) >= _FILE_BYTES:
            assert self._exchange is not None
            self._exchange.put(name, path)
            self._open[name] = _Outgoing(None, finish)
            self._session.send_file_blob(name, blob.size, blob.format, digest=blob.digest)
            return
        mapped = _Mapped(path)
        if mapped.view.nbytes != blob.format.byte_count(blob.size):
            mapped.close()
            raise NotFound(what="blob", id=blob.digest)
        self._open[name] = _Outgoing(mapped, finish)
        self._session.send_blob(name, blob.size, blob.format, mapped.view, digest=blob.digest)

    def _new_id(self, kind: str) -> str:
        self._number += 1
        return f"{kind}{self._number}"

    def _close(self, name: str) -> None:
        if self._preview is not None and self._preview[0] == name:
            self._preview = None
        outgoing = self._open.pop(name, None)
        if outgoing is None:
            return
        if outgoing.mapped is not None:
            outgoing.mapped.close()
        outgoing.finish()


def _map(path: Path) -> mmap.mmap | None:
    """The file's bytes; None for an empty one, which cannot be mapped."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        if not os.fstat(descriptor).st_size:
            return None
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
