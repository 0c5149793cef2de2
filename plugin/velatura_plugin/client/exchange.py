"""The folder through which blobs travel between two processes of one machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from velatura_protocol.errors import BadMessage
from velatura_protocol.messages import Blob
from velatura_protocol.messages import Exchange as ExchangeOffer
from velatura_protocol.pixels import Pixels

MIN_BYTES = 256 * 1024
"""Smaller blobs are through the socket before a file is made."""

_NONCE_BYTES = 256
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class ExchangeFolder:
    """Blocking; called in a thread. Names are blob ids, which cannot leave the folder."""

    def __init__(self, offer: ExchangeOffer) -> None:
        self._directory = Path(offer.directory)
        self._probe = offer.probe
        self._own: set[str] = set()

    def proof(self) -> bytes | None:
        """What the probe holds; None where this process cannot reach it."""
        if Path(self._probe).name != self._probe:
            return None
        try:
            with self._open(self._probe, os.O_RDONLY) as descriptor:
                return os.read(descriptor, _NONCE_BYTES) or None
        except OSError:
            return None

    def put(self, blob: str, pixels: Pixels) -> None:
        """:raises OSError: it cannot be written; nothing is left of it"""
        self._own.add(blob)
        with self._open(blob, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
            data = memoryview(pixels.data).cast("B")
            while data.nbytes:
                data = data[os.write(descriptor, data) :]

    def take(self, header: Blob) -> Pixels:
        """Reads what the backend left, and deletes it.

        Its digest is not looked at again: the backend hashed the file when it was made, nobody
        writes to it since, and it has been through no wire.

        :raises OSError: it is not there
        :raises BadMessage: it is shorter than announced
        """
        with self._open(header.blob, os.O_RDONLY) as descriptor:
            data = _read(descriptor, header.bytes)
        self.remove(header.blob)
        return Pixels(header.size, header.format, data)

    def remove(self, blob: str) -> None:
        self._own.discard(blob)
        with contextlib.suppress(OSError):
            os.unlink(self._directory / blob)

    def clear(self) -> None:
        """Deletes what is left of our own."""
        for blob in list(self._own):
            self.remove(blob)

    @contextlib.contextmanager
    def _open(self, name: str, flags: int) -> Generator[int, None, None]:
        descriptor = os.open(self._directory / name, flags | _NO_FOLLOW, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _read(descriptor: int, count: int) -> bytes:
    """In one go where the system does so: a buffer made beforehand costs as much as the reading."""
    data = os.read(descriptor, count)
    while len(data) < count:
        more = os.read(descriptor, count - len(data))
        if not more:
            raise BadMessage(reason="fewer bytes than announced", at="$.blob")
        data += more
    return data
