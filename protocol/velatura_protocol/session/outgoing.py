"""Blobs on their way out: windows, packing, hashing, and whose turn it is."""

from __future__ import annotations

import hashlib
import zlib
from collections import deque
from collections.abc import Callable

from ..errors import Cancelled
from ..messages import (
    Blob,
    BlobAbort,
    BlobCredit,
    BlobEnd,
    BlobHave,
    BlobMessage,
    Chunk,
    Codec,
    ErrorInfo,
)
from .events import BlobEvent, BlobKnown, BlobRejected, BlobSent

DIGEST_BYTES = 32

_CHUNK = 384 * 1024
"""Enough at a time even where more is allowed: copies of it stay in the processor's cache on their
way. A picture of 48 MB came down in 127 ms (median) instead of 187 with 768 KiB."""

_PACK_SLICE = 256 * 1024
"""Raw bytes given to zlib at a time: 5 ms, so that other messages are not kept waiting."""


class OutgoingBlob:
    """One blob; ``data`` is kept as it is and never joined with anything.

    :raises ValueError: ``data`` is not as long as the header says
    """

    def __init__(self, header: Blob, data: memoryview, window: int, *, background: bool) -> None:
        if not header.by_file and data.nbytes != header.bytes:
            raise ValueError(f"the blob has {data.nbytes} bytes, its header says {header.bytes}")
        self.header = header
        self.background = background
        self.data = data.cast("B") if data.nbytes else memoryview(b"")
        self._sent = 0
        self._granted = 0 if header.digest else window
        self._hash = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self._packer = zlib.compressobj(1) if header.codec is Codec.ZLIB else None
        self._packed = bytearray()

    @property
    def digest(self) -> str:
        """Of the bytes sent so far, or what the caller knew it to be."""
        if self.header.digest or self.header.by_file:
            return self.header.digest
        return self._hash.hexdigest()

    @property
    def is_done(self) -> bool:
        return self._sent == self.data.nbytes and self._packer is None and not self._packed

    @property
    def is_ready(self) -> bool:
        """Whether :meth:`take` has something to give."""
        return bool(self._packed) or self._room > 0 or self._ends_stream

    @property
    def _room(self) -> int:
        return min(self._granted, self.data.nbytes) - self._sent

    @property
    def _ends_stream(self) -> bool:
        return self._packer is not None and self._sent == self.data.nbytes

    def grant(self, count: int) -> None:
        self._granted += count

    def take(self, most: int) -> bytes | memoryview:
        """The next at most ``most`` bytes of what goes over the wire."""
        if self.header.codec is Codec.RAW:
            return self._raw(most)
        while not self._packed and self.is_ready:
            self._pack()
        part = bytes(self._packed[:most])
        del self._packed[:most]
        return part

    def _raw(self, most: int) -> memoryview:
        part = self.data[self._sent : self._sent + min(most, self._room)]
        self._sent += part.nbytes
        if not self.header.digest:
            self._hash.update(part)
        return part

    def _pack(self) -> None:
        assert self._packer is not None
        self._packed += self._packer.compress(self._raw(_PACK_SLICE))
        if self._ends_stream:
            self._packed += self._packer.flush()
            self._packer = None
        elif self._room == 0:
            # The receiver grants only for what it could unpack: nothing may linger in here.
            self._packed += self._packer.flush(zlib.Z_SYNC_FLUSH)

    def release(self) -> None:
        self.data.release()


class Outbox:
    """All outgoing blobs of a connection.

    ``send`` queues a message before all chunks, ``tell`` an event for the shell.
    """

    def __init__(
        self, send: Callable[[BlobMessage], None], tell: Callable[[BlobEvent], None]
    ) -> None:
        self._send = send
        self._tell = tell
        self._waiting: deque[OutgoingBlob] = deque()
        self._open: dict[str, OutgoingBlob] = {}
        self._front: deque[OutgoingBlob] = deque()
        self._back: deque[OutgoingBlob] = deque()

    def __contains__(self, blob: str) -> bool:
        return blob in self._open or any(each.header.blob == blob for each in self._waiting)

    def __len__(self) -> int:
        return len(self._open) + len(self._waiting)

    def add(self, blob: OutgoingBlob, open_blobs: int) -> None:
        """Opens it now, or as soon as fewer than ``open_blobs`` are open.

        :raises ValueError: its id is in use
        """
        if blob.header.blob in self:
            raise ValueError(f"blob {blob.header.blob} is being sent already")
        self._waiting.append(blob)
        self.open_waiting(open_blobs)

    def open_waiting(self, open_blobs: int) -> None:
        while self._waiting and len(self._open) < open_blobs:
            blob = self._waiting.popleft()
            self._open[blob.header.blob] = blob
            (self._back if blob.background else self._front).append(blob)
            self._send(blob.header)

    def next_message(self, chunk_bytes: int) -> Chunk | BlobEnd | None:
        """A chunk or the end of the blob whose turn it is; background blobs after all others."""
        for ring in (self._front, self._back):
            for _ in range(len(ring)):
                blob = ring[0]
                ring.rotate(-1)
                if blob.is_done or blob.header.by_file:
                    return self._end(blob)
                if blob.is_ready:
                    return Chunk(blob.header.blob, blob.take(min(chunk_bytes, _CHUNK)))
        return None

    def _end(self, blob: OutgoingBlob) -> BlobEnd:
        self._close(blob)
        self._tell(BlobSent(blob.header.blob, blob.digest))
        return BlobEnd(blob.header.blob, blob.digest)

    def drop(self, blob_id: str) -> bool:
        """Gives one up; False if it is not being sent (any more)."""
        blob = self._open.get(blob_id)
        if blob is not None:
            self._close(blob)
            self._send(BlobAbort(blob_id, ErrorInfo.of(Cancelled())))
            return True
        for waiting in self._waiting:
            if waiting.header.blob == blob_id:
                self._waiting.remove(waiting)
                waiting.release()
                return True
        return False

    def credit(self, message: BlobCredit) -> None:
        """A blob that has ended meanwhile needs none: its end and this crossed on the way."""
        blob = self._open.get(message.blob)
        if blob is not None:
            blob.grant(message.bytes)

    def known(self, message: BlobHave) -> None:
        blob = self._open.get(message.blob)
        if blob is not None:
            self._close(blob)
            self._send(BlobEnd(message.blob, blob.header.digest))
            self._tell(BlobKnown(message.blob))

    def rejected(self, message: BlobAbort) -> None:
        self.drop(message.blob)
        self._tell(BlobRejected(message.blob, message.error))

    def clear(self) -> None:
        for blob in (*self._open.values(), *self._waiting):
            blob.release()
        self._open.clear()
        self._waiting.clear()
        self._front.clear()
        self._back.clear()

    def _close(self, blob: OutgoingBlob) -> None:
        del self._open[blob.header.blob]
        (self._back if blob.background else self._front).remove(blob)
        blob.release()
