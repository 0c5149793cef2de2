"""Results and previews on their way in, over the socket or through the exchange folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from velatura_protocol.errors import NotFound, VelaturaError
from velatura_protocol.messages import Blob, BlobRef, ErrorInfo, Preview
from velatura_protocol.pixels import Pixels
from velatura_protocol.session import BlobFailed, BlobOpened, BlobReceived, ClientSession

from ..host.base import PreviewFrame
from .events import ClientEvent, PixelsArrived, PreviewArrived
from .exchange import ExchangeFolder
from .fetching import Fetches
from .jobbook import JobBook


class Downloader:
    """One per connection. ``ask`` sends a ``blob_get``; ``wake``: there is more to send."""

    def __init__(
        self,
        session: ClientSession,
        book: JobBook,
        *,
        emit: Callable[[ClientEvent], None],
        ask: Callable[[str], None],
        wake: Callable[[], None],
    ) -> None:
        self.exchange: ExchangeFolder | None = None
        self._session = session
        self._book = book
        self._emit = emit
        self._wake = wake
        self._fetches = Fetches(ask)
        self._alone: set[BlobRef] = set()
        self._files: asyncio.Queue[BlobReceived] = asyncio.Queue()

    def want(self, refs: list[BlobRef]) -> None:
        self._fetches.want(refs)

    def fetch(self, refs: tuple[BlobRef, ...]) -> None:
        """For nobody's job: pixels that somebody looks at in a list."""
        self._alone.update(refs)
        self._fetches.want(refs)

    def expect(self, preview: Preview) -> None:
        self._fetches.expect_preview(preview)

    def handle(self, event: BlobOpened | BlobReceived | BlobFailed) -> None:
        match event:
            case BlobOpened(header):
                self._open(header)
            case BlobReceived(header, digest):
                if header.by_file:
                    self._files.put_nowait(event)
                else:
                    self._arrive(header, digest, None)
            case BlobFailed(blob, error):
                refs = self._fetches.failed(blob)
                if refs and not self._session.is_closed:
                    self._book.lost(refs[0].digest, error)

    def unavailable(self, digest: str, error: ErrorInfo) -> None:
        """The backend does not have those pixels any more."""
        self._fetches.answered(digest)
        self._book.lost(digest, error)

    async def run(self) -> None:
        """Files are read in a thread: they may be large and the disk may be slow."""
        while True:
            event = await self._files.get()
            await self._collect(event.header, event.digest)
            self._wake()

    async def _collect(self, header: Blob, digest: str) -> None:
        assert self.exchange is not None, "the session lets no file in before the proof"
        try:
            pixels = await asyncio.to_thread(self.exchange.take, header)
        except (OSError, VelaturaError):
            self._fetches.preview_of(header.blob)
            if refs := self._fetches.answered(digest or header.digest):
                self._book.lost(refs[0].digest, ErrorInfo.of(NotFound(what="blob", id=header.blob)))
        else:
            self._arrive(header, digest, pixels)

    def _open(self, header: Blob) -> None:
        if not self._fetches.is_expected(header):
            self._session.refuse_blob(header.blob, NotFound(what="blob", id=header.blob))
        elif not header.by_file:
            buffer = self._fetches.opened(header, self._session.consumed)
            self._session.accept_blob(header.blob, buffer)

    def _arrive(self, header: Blob, digest: str, pixels: Pixels | None) -> None:
        pixels = self._fetches.finished(header, pixels)
        preview = self._fetches.preview_of(header.blob)
        if preview is not None:
            frame = PreviewFrame(preview.region, pixels)
            self._emit(PreviewArrived(preview.job, preview.variation, frame))
            return
        for ref in self._fetches.answered(digest or header.digest):
            shaped = Pixels(ref.size, ref.format, pixels.data)
            self._book.arrived(ref, shaped)
            if ref in self._alone:
                self._alone.remove(ref)
                self._emit(PixelsArrived(ref, shaped))
