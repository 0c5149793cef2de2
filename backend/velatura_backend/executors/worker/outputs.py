"""Files of a result: written in bands, digested on the way, durable before they are announced."""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from velatura_protocol.geometry import Size
from velatura_protocol.messages import BlobRef
from velatura_protocol.pixels import PixelFormat

from ..base import StoredBlob
from ..leftovers import new_path
from .shading import Check

T = TypeVar("T")

DIGEST_BYTES = 32
_WRITE_BYTES = 4 << 20
_MOST_BEHIND = 3
_FLUSH_BYTES = 8 << 20


class ResultWriter:
    """Writes into ``folder``; what was not handed over is deleted by :meth:`discard`.

    ``seconds`` were spent waiting for digests, writing and flushing since the last
    :meth:`hand_over`; what went on while a band was made is not in it.
    """

    def __init__(self, folder: Path, check: Check) -> None:
        self._folder = folder
        self._check = check
        self._written: list[StoredBlob] = []
        self._hasher = ThreadPoolExecutor(1, thread_name_prefix="digest")
        self._flusher = ThreadPoolExecutor(1, thread_name_prefix="flush")
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
        return drained(self.writing(size, format, bands, durable=durable))

    def writing(
        self,
        size: Size,
        format: PixelFormat,
        bands: Iterable[NDArray[Any]],
        *,
        durable: bool = True,
    ) -> Generator[float, None, StoredBlob]:
        """:meth:`write`, which says after each band how much of the file there is, from 0 to 1."""
        path = new_path(self._folder)
        whole = format.byte_count(size)
        try:
            digest = yield from self._write_bands(path, bands, whole, durable=durable)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        blob = StoredBlob(path, size, format, digest)
        self._written.append(blob)
        return blob

    def _write_bands(
        self, path: Path, bands: Iterable[NDArray[Any]], whole: int, *, durable: bool
    ) -> Generator[float, None, str]:
        written = 0
        with open(path, "xb", buffering=0, opener=_private) as file:
            behind = _Behind(self._hasher, self._flusher, file.fileno() if durable else None)
            try:
                for band in bands:
                    began = time.monotonic()
                    flat = np.ascontiguousarray(band).reshape(-1).view(np.uint8).data
                    for start in range(0, flat.nbytes, _WRITE_BYTES):
                        self._check()
                        part = flat[start : start + _WRITE_BYTES]
                        behind.digest(part)
                        _write_all(file.fileno(), part)
                        behind.flush(part.nbytes)
                    written += flat.nbytes
                    self.seconds += time.monotonic() - began
                    yield min(1.0, written / whole)
                if written != whole:
                    raise ValueError(f"{written} bytes written of a picture of {whole}")
                began = time.monotonic()
                digest = behind.finish()
                self.seconds += time.monotonic() - began
            finally:
                behind.settle()
        return digest

    def hand_over(self) -> tuple[StoredBlob, ...]:
        """What was written since the last time; it now belongs to whoever is told of it."""
        written, self._written, self.seconds = tuple(self._written), [], 0.0
        return written

    def discard(self) -> None:
        for blob in self.hand_over():
            blob.path.unlink(missing_ok=True)


class _Behind:
    """Digest and disk follow the writing. None of the three holds the interpreter for long, and the
    next band is made meanwhile. ``descriptor`` None: nothing has to be durable."""

    def __init__(self, hasher: Executor, flusher: Executor, descriptor: int | None) -> None:
        self._hasher = hasher
        self._flusher = flusher
        self._descriptor = descriptor
        self._digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self._digesting: deque[Future[None]] = deque()
        self._flushing: Future[None] | None = None
        self._unflushed = 0

    def digest(self, part: memoryview) -> None:
        """``part`` stays as it is and alive until then; few of them wait."""
        while len(self._digesting) >= _MOST_BEHIND:
            self._digesting.popleft().result()
        self._digesting.append(self._hasher.submit(self._digest.update, part))

    def flush(self, count: int) -> None:
        """So many more are written: has the disk begin with them, unless it is at it."""
        self._unflushed += count
        if self._descriptor is None or self._unflushed < _FLUSH_BYTES:
            return
        if self._flushing is not None and not self._flushing.done():
            return
        self._await_flush()
        self._unflushed = 0
        self._flushing = self._flusher.submit(os.fsync, self._descriptor)

    def finish(self) -> str:
        """Everything was written: its digest, once it is durable.

        :raises OSError: the disk did not take all of it
        """
        self._await_flush()
        if self._descriptor is not None:
            os.fsync(self._descriptor)
        for each in self._digesting:
            each.result()
        return self._digest.hexdigest()

    def _await_flush(self) -> None:
        if self._flushing is not None:
            self._flushing.result()

    def settle(self) -> None:
        """However it went: a descriptor that is closed under a flush may be another file's then."""
        wait([*self._digesting, *([self._flushing] if self._flushing else [])])


def drained(steps: Generator[object, None, T]) -> T:
    """What a generator returns, for those who do not care how it gets there."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def reference(blob: StoredBlob) -> BlobRef:
    return BlobRef(blob.digest, blob.size, blob.format)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_all(descriptor: int, part: memoryview) -> None:
    """Unbuffered writes may be short, on a disk that is about to be full above all."""
    while part.nbytes:
        part = part[os.write(descriptor, part) :]
