"""Files of a result: written in bands, digested on the way, durable before they are announced."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import PixelFormat

from ..base import StoredBlob
from ..leftovers import new_path
from .shading import Check

DIGEST_BYTES = 32
_WRITE_BYTES = 4 << 20


class ResultWriter:
    """Writes into ``folder``; what was not handed over is deleted by :meth:`discard`.

    ``seconds`` were spent on digests, writing and flushing since the last :meth:`hand_over`.
    """

    def __init__(self, folder: Path, check: Check) -> None:
        self._folder = folder
        self._check = check
        self._written: list[StoredBlob] = []
        # Digest and write take about as long as each other, and neither holds the interpreter.
        self._hasher = ThreadPoolExecutor(1, thread_name_prefix="digest")
        self.seconds = 0.0

    def write(
        self,
        size: Size,
        format: PixelFormat,
        bands: Iterable[NDArray[Any]],
        *,
        durable: bool = True,
    ) -> StoredBlob:
        """One file of the bands in order, from top to bottom.

        :raises Cancelled: between two bands
        :raises ValueError: the bands are not the picture's bytes
        :raises OSError: the disk is full
        """
        path = new_path(self._folder)
        try:
            digest, written = self._write_bands(path, bands, durable=durable)
            if written != format.byte_count(size):
                raise ValueError(f"{written} bytes written for {size} of {format}")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        blob = StoredBlob(path, size, format, digest)
        self._written.append(blob)
        return blob

    def _write_bands(
        self, path: Path, bands: Iterable[NDArray[Any]], *, durable: bool
    ) -> tuple[str, int]:
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        written = 0
        with open(path, "xb", buffering=0, opener=_private) as file:
            for band in bands:
                began = time.monotonic()
                flat = np.ascontiguousarray(band).reshape(-1).view(np.uint8).data
                for start in range(0, flat.nbytes, _WRITE_BYTES):
                    self._check()
                    part = flat[start : start + _WRITE_BYTES]
                    hashed = self._hasher.submit(digest.update, part)
                    _write_all(file.fileno(), part)
                    hashed.result()
                written += flat.nbytes
                self.seconds += time.monotonic() - began
            if durable:
                began = time.monotonic()
                os.fsync(file.fileno())
                self.seconds += time.monotonic() - began
        return digest.hexdigest(), written

    def hand_over(self) -> tuple[StoredBlob, ...]:
        """What was written since the last time; it now belongs to whoever is told of it."""
        written, self._written, self.seconds = tuple(self._written), [], 0.0
        return written

    def discard(self) -> None:
        for blob in self.hand_over():
            blob.path.unlink(missing_ok=True)


def reference(blob: StoredBlob) -> BlobRef:
    return BlobRef(blob.digest, blob.size, blob.format)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_all(descriptor: int, part: memoryview) -> None:
    """Unbuffered writes may be short, on a disk that is about to be full above all."""
    while part.nbytes:
        part = part[os.write(descriptor, part) :]
