"""All incoming blobs of a connection, and what is said about them."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import BadMessage, Interrupted, LimitExceeded, VelaturaError
from ..messages import (
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    BlobMessage,
    Chunk,
    ErrorInfo,
    Limits,
)
from .events import BlobEvent, BlobFailed, BlobOpened, BlobReceived
from .incoming import IncomingBlob, Sink, check_header


class Inbox:
    """``send`` queues a message, ``tell`` an event for the shell.

    A blob we gave up stays known, as None, until its sender has said the last word: chunks that
    were on their way must not look like a mistake, and it still counts as open.
    """

    def __init__(
        self, send: Callable[[BlobMessage], None], tell: Callable[[BlobEvent], None]
    ) -> None:
        self._send = send
        self._tell = tell
        self._blobs: dict[str, IncomingBlob | None] = {}

    # -- what the peer says. :raises VelaturaError: it breaks the rules, the connection is over

    def open(self, header: Blob, limits: Limits, *, files: bool) -> None:
        if header.blob in self._blobs:
            raise BadMessage(reason="blob is open already", at="$.blob")
        count = 1 + sum(blob is None or blob.end is None for blob in self._blobs.values())
        if count > limits.open_blobs:
            raise LimitExceeded(limit="open_blobs", value=count, maximum=limits.open_blobs)
        try:
            check_header(header, limits, files=files)
        except VelaturaError as error:
            self._give_up(header.blob, error)
        else:
            self._blobs[header.blob] = IncomingBlob(header, limits.window_bytes)
            self._tell(BlobOpened(header))

    def chunk(self, message: Chunk, limits: Limits) -> None:
        blob = self._known(message.blob)
        data = memoryview(message.data)
        if data.nbytes > limits.chunk_bytes:
            raise LimitExceeded(limit="chunk_bytes", value=data.nbytes, maximum=limits.chunk_bytes)
        if blob is None:
            return
        if blob.header.by_file or blob.end is not None:
            raise BadMessage(reason="no chunk may follow", at="$.blob")
        try:
            blob.feed(data)
        except VelaturaError as error:
            self._give_up(message.blob, error)
        else:
            self._grant(blob)

    def ended(self, message: BlobEnd) -> None:
        blob = self._known(message.blob)
        if blob is None:
            del self._blobs[message.blob]
            return
        if blob.end is not None:
            raise BadMessage(reason="blob has ended already", at="$.blob")
        blob.end = message
        self._finish(blob)

    def aborted(self, message: BlobAbort) -> None:
        if self._known(message.blob) is not None:
            self._tell(BlobFailed(message.blob, message.error))
        del self._blobs[message.blob]

    # -- what the shell says. A blob that has failed meanwhile is past caring

    def accept(self, blob_id: str, sink: Sink, *, immediate: bool, verify: bool) -> None:
        blob = self._blobs.get(blob_id)
        if blob is None or blob.sink is not None:
            return
        try:
            blob.accept(sink, immediate=immediate, verify=verify)
        except VelaturaError as error:
            self._give_up(blob_id, error)
            return
        self._grant(blob)
        self._finish(blob)

    def consumed(self, blob_id: str, count: int) -> None:
        blob = self._blobs.get(blob_id)
        if blob is not None:
            blob.consumed(count)
            self._grant(blob)

    def have(self, blob_id: str) -> None:
        blob = self._blobs.get(blob_id)
        if blob is not None:
            self._send(BlobHave(blob_id))
            self._bury(blob)

    def refuse(self, blob_id: str, error: VelaturaError) -> None:
        self._send(BlobAbort(blob_id, ErrorInfo.of(error), by_sender=False))
        blob = self._blobs.get(blob_id)
        if blob is not None:
            self._bury(blob)

    def clear(self) -> None:
        """The connection is over."""
        for blob_id, blob in self._blobs.items():
            if blob is not None:
                self._tell(BlobFailed(blob_id, ErrorInfo.of(Interrupted())))
        self._blobs.clear()

    # -- both

    def _known(self, blob_id: str) -> IncomingBlob | None:
        if blob_id not in self._blobs:
            raise BadMessage(reason="unknown blob", at="$.blob")
        return self._blobs[blob_id]

    def _bury(self, blob: IncomingBlob) -> None:
        """Until its sender has said the last word, or at once if that is said."""
        if blob.end is None:
            self._blobs[blob.header.blob] = None
        else:
            del self._blobs[blob.header.blob]

    def _give_up(self, blob_id: str, error: VelaturaError) -> None:
        self._send(BlobAbort(blob_id, ErrorInfo.of(error), by_sender=False))
        self._tell(BlobFailed(blob_id, ErrorInfo.of(error)))
        blob = self._blobs.setdefault(blob_id, None)
        if blob is not None:
            self._bury(blob)

    def _grant(self, blob: IncomingBlob) -> None:
        if blob.sink is None or blob.end is not None:
            return
        count = blob.credit()
        if count:
            self._send(BlobCredit(blob.header.blob, count))

    def _finish(self, blob: IncomingBlob) -> None:
        """If all is said and there is a place for it."""
        if blob.end is None or (blob.sink is None and not blob.header.by_file):
            return
        try:
            digest = blob.end.digest
            if not blob.header.by_file:
                digest = blob.finish(digest)
        except VelaturaError as error:
            self._give_up(blob.header.blob, error)
        else:
            del self._blobs[blob.header.blob]
            self._tell(BlobReceived(blob.header, digest))
