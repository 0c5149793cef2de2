"""Blobs on their way in: which are asked for, and where their bytes go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from velatura_protocol.messages import Blob, BlobRef, Preview
from velatura_protocol.pixels import Pixels

AT_ONCE = 3
"""Blobs asked for at a time: enough to keep the line busy, few enough that the first of them is
here soon. The server alternates between those that are open."""


class Buffer:
    """Takes a blob's raw bytes as they come; a session's sink."""

    def __init__(self, header: Blob, consumed: Callable[[str, int], None]) -> None:
        self.header = header
        self._data = bytearray(header.bytes)
        self._filled = 0
        self._consumed = consumed

    def write(self, data: memoryview, /) -> None:
        end = self._filled + data.nbytes
        self._data[self._filled : end] = data
        self._filled = end
        self._consumed(self.header.blob, data.nbytes)

    def pixels(self) -> Pixels:
        return Pixels(self.header.size, self.header.format, self._data)


class Fetches:
    """What was asked for on this connection and has not come yet. Does no I/O."""

    def __init__(self, ask: Callable[[str], None]) -> None:
        self._ask = ask
        self._waiting: deque[BlobRef] = deque()
        self._asked: dict[str, list[BlobRef]] = {}
        self._buffers: dict[str, Buffer] = {}
        self._previews: dict[str, Preview] = {}

    def want(self, refs: Iterable[BlobRef]) -> None:
        """Asks for them in this order; twice is once. Bytes are asked for by their digest alone:
        those of two shapes (an all-white mask lying and standing) come once for both."""
        for ref in refs:
            asked = self._asked.get(ref.digest)
            if asked is None and ref not in self._waiting:
                self._waiting.append(ref)
            elif asked is not None and ref not in asked:
                asked.append(ref)
        self._ask_more()

    def expect_preview(self, preview: Preview) -> None:
        self._previews[preview.blob] = preview

    def is_expected(self, header: Blob) -> bool:
        """Whether the blob is a preview that was announced, or an answer of the right length."""
        if header.blob in self._previews:
            return True
        refs = self._asked.get(header.digest, ())
        return any(ref.format.byte_count(ref.size) == header.bytes for ref in refs)

    def opened(self, header: Blob, consumed: Callable[[str, int], None]) -> Buffer:
        buffer = self._buffers[header.blob] = Buffer(header, consumed)
        return buffer

    def finished(self, header: Blob, pixels: Pixels | None) -> Pixels:
        """``pixels`` None: those in the buffer."""
        buffer = self._buffers.pop(header.blob, None)
        if pixels is not None:
            return pixels
        assert buffer is not None, "a blob that was not by file has a buffer"
        return buffer.pixels()

    def preview_of(self, blob: str) -> Preview | None:
        """The preview whose pixels the blob is, once."""
        return self._previews.pop(blob, None)

    def answered(self, digest: str) -> tuple[BlobRef, ...]:
        """What was asked for by that digest is here, or will not come; asks for the next."""
        refs = self._asked.pop(digest, ())
        self._ask_more()
        return tuple(refs)

    def failed(self, blob: str) -> tuple[BlobRef, ...]:
        """An incoming blob was given up; what it was the answer to."""
        self._previews.pop(blob, None)
        buffer = self._buffers.pop(blob, None)
        return self.answered(buffer.header.digest) if buffer else ()

    def _ask_more(self) -> None:
        while self._waiting and len(self._asked) < AT_ONCE:
            digest = self._waiting[0].digest
            self._asked[digest] = [ref for ref in self._waiting if ref.digest == digest]
            self._waiting = deque(ref for ref in self._waiting if ref.digest != digest)
            self._ask(digest)
