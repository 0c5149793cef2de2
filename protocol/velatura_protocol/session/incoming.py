"""Blobs on their way in: checked before there is room for them, and never beyond their window."""

from __future__ import annotations

import hashlib
import zlib
from typing import Protocol

from ..errors import BadMessage, LimitExceeded, TooLarge, Unsupported, VelaturaError
from ..messages import Blob, BlobEnd, Codec, Limits
from .outgoing import DIGEST_BYTES

_UNPACK_SLICE = 1024 * 1024


class Sink(Protocol):
    """Where an incoming blob's raw bytes go, in order.

    ``write`` takes all of ``data`` and may keep the view. What it does not want to hold at once is
    reported with ``consumed`` when it is through. It may raise a :class:`VelaturaError` (a full
    disk), which gives the blob up.
    """

    def write(self, data: memoryview, /) -> object: ...


def check_header(header: Blob, limits: Limits, *, files: bool) -> None:
    """Whether there may be room for it, before there is.

    :raises VelaturaError: why not
    """
    if header.size.area > limits.blob_pixels:
        raise TooLarge(pixels=header.size.area, limit=limits.blob_pixels)
    if header.bytes > limits.blob_bytes:
        raise LimitExceeded(limit="blob_bytes", value=header.bytes, maximum=limits.blob_bytes)
    if header.bytes != header.format.byte_count(header.size):
        raise BadMessage(reason="not size times format", at="$.bytes")
    if header.by_file and not files:
        raise Unsupported(what="by_file")


class IncomingBlob:
    """One blob the header of which has been checked.

    ``window`` bounds the raw bytes that are here, or allowed to come, and not consumed.
    """

    def __init__(self, header: Blob, window: int) -> None:
        self.header = header
        self.sink: Sink | None = None
        self.end: BlobEnd | None = None
        self._window = window
        self._granted = 0 if header.digest else min(window, header.bytes)
        self._received = 0
        self._consumed = 0
        self._packed = 0
        self._backlog: list[memoryview] = []
        self._immediate = False
        self._hash: hashlib.blake2b | None = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self._unpacker = zlib.decompressobj() if header.codec is Codec.ZLIB else None

    def accept(self, sink: Sink, *, immediate: bool, verify: bool) -> None:
        """Gives it a place, and that what has come already.

        :raises VelaturaError: as :meth:`feed`
        """
        self.sink = sink
        self._immediate = immediate
        if not verify:
            self._hash = None
        backlog, self._backlog = self._backlog, []
        for data in backlog:
            self._unpack(sink, data)

    def credit(self) -> int:
        """Raw bytes to grant now, 0 for none: half a window at a time, or all that is missing."""
        new = min(self._consumed + self._window, self.header.bytes) - self._granted
        if new < self._window // 2 and self._granted + new < self.header.bytes:
            return 0
        self._granted += new
        return new

    def consumed(self, count: int) -> None:
        """
        :raises ValueError: more than there was
        """
        if count < 0 or self._consumed + count > self._received:
            raise ValueError("consumed more than was received")
        self._consumed += count

    def feed(self, data: memoryview) -> None:
        """The next bytes off the wire.

        :raises VelaturaError: too many, or not what the codec makes, or the sink takes no more
        """
        if self.sink is not None:
            self._unpack(self.sink, data)
            return
        self._packed += data.nbytes
        # Deflate never makes data longer by more than five bytes in 16 KiB.
        if self._packed > self._granted + self._granted // 1024 + 1024:
            raise self._beyond()
        self._backlog.append(data)

    def finish(self, digest: str) -> str:
        """
        :returns: the digest of what was received; without ``verify`` what the sender says it is
        :raises VelaturaError: it is incomplete, or not what was sent
        """
        complete = self._received == self.header.bytes
        if not complete or (self._unpacker is not None and not self._unpacker.eof):
            raise BadMessage(reason="fewer bytes than announced", at="$.blob")
        found = digest if self._hash is None else self._hash.hexdigest()
        if not found or found != digest or self.header.digest not in ("", digest):
            raise BadMessage(reason="another digest", at="$.digest")
        return found

    def _unpack(self, sink: Sink, data: memoryview) -> None:
        if self._unpacker is None:
            if data.nbytes > self._room:
                raise self._beyond()
            self._deliver(sink, data)
            return
        pending: bytes | memoryview = data
        filled = True
        while filled:
            # One byte more than there is room for shows that there is too much.
            most = min(self._room + 1, _UNPACK_SLICE)
            try:
                raw = self._unpacker.decompress(pending, most)
            except zlib.error:
                raise BadMessage(reason="not zlib", at="$.data") from None
            pending = self._unpacker.unconsumed_tail
            if len(raw) > self._room or self._unpacker.unused_data:
                raise self._beyond()
            filled = len(raw) == most
            self._deliver(sink, memoryview(raw))

    @property
    def _room(self) -> int:
        return self._granted - self._received

    def _beyond(self) -> VelaturaError:
        if self._granted == self.header.bytes:
            return BadMessage(reason="more bytes than announced", at="$.data")
        return LimitExceeded(limit="window_bytes", value=self._granted + 1, maximum=self._granted)

    def _deliver(self, sink: Sink, data: memoryview) -> None:
        self._received += data.nbytes
        if self._hash is not None:
            self._hash.update(data)
        sink.write(data)
        if self._immediate:
            self._consumed += data.nbytes
