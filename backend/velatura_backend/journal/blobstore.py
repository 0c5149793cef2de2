"""Raw pixels as files under the name of their BLAKE2b-256 digest.

A file gets that name only when all its bytes are on the disk, and is never written again. What no
job in the journal holds and nothing in this process has *taken* is deleted.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from io import FileIO
from pathlib import Path

from velatura_protocol.errors import BadMessage, NotFound

from ..disk import disk_errors
from ..files import flush_directory

DIGEST_BYTES = 32

_COPY_BYTES = 1024 * 1024
_FLUSH_BYTES = 8 * 1024 * 1024
_BINARY = getattr(os, "O_BINARY", 0)
_NO_COPY = frozenset((errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.EPERM))


class BlobStore:
    """Thread-safe: blobs come in on one thread, are released on another.

    Files are looked at, moved and deleted without the lock: a directory that is being flushed keeps
    whoever asks about it waiting, and :meth:`take_again` and :meth:`release` are the event loop's.
    """

    def __init__(self, directory: Path) -> None:
        self._blobs = directory / "blobs"
        self._incoming = directory / "incoming"
        self._work = directory / "work"
        self._taken: Counter[str] = Counter()
        self._going: set[str] = set()
        self._changed = threading.Condition()
        self._flusher = ThreadPoolExecutor(2, thread_name_prefix="flush")
        with disk_errors():
            for each in (self._blobs, self._incoming, self._work):
                each.mkdir(mode=0o700, exist_ok=True)

    def close(self) -> None:
        """Waits for what is being written."""
        self._flusher.shutdown(wait=True)

    # -- names -------------------------------------------------------------------------------------

    def path(self, digest: str) -> Path:
        """:raises NotFound: no such blob here"""
        path = self._path(digest)
        if not path.is_file():
            raise NotFound(what="blob", id=digest)
        return path

    def new_work_folder(self) -> Path:
        """A folder of its own for one order's output. May wait for the disk."""
        folder = self._work / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return folder

    def take(self, digest: str) -> bool:
        """Keeps the blob from being deleted until :meth:`release`; False if it is not here. May
        wait for the disk."""
        path = self._path(digest)
        with self._changed:
            if digest in self._going:
                return False
            self._taken[digest] += 1
        if path.is_file():
            return True
        self.release(digest)
        return False

    def take_again(self, digest: str) -> None:
        """Once more for somebody who has it taken already, and so knows that it is here."""
        with self._changed:
            self._taken[digest] += 1

    def release(self, digest: str) -> bool:
        """Undoes one :meth:`take`; True if nobody has it taken any more."""
        with self._changed:
            self._taken[digest] -= 1
            if self._taken[digest] > 0:
                return False
            del self._taken[digest]
            return True

    # -- coming in ---------------------------------------------------------------------------------

    def receive(self) -> IncomingBlob:
        """May wait for the disk.

        :raises DiskFull: no room for a new file
        """
        return IncomingBlob(self, self._incoming / secrets.token_hex(16), self._flusher)

    def adopt(self, path: Path, digest: str) -> None:
        """Moves a worker's finished, flushed file in and takes it.

        :raises NotFound: there is no such file
        """
        target = self._path(digest)
        with self._changed:
            self._changed.wait_for(lambda: digest not in self._going)
            self._taken[digest] += 1
        try:
            with disk_errors():
                path.replace(target)
            target.chmod(0o400)
        except BaseException as error:
            self.release(digest)
            if isinstance(error, FileNotFoundError):
                raise NotFound(what="blob", id=digest) from error
            raise

    def flush(self) -> None:
        """Makes the names of adopted blobs durable."""
        flush_directory(self._blobs)

    # -- going out of use --------------------------------------------------------------------------

    def discard(self, digests: Iterable[str]) -> None:
        """Deletes those that nobody has taken. The caller knows that no job holds them."""
        for digest in digests:
            path = self._path(digest)
            with self._changed:
                if self._taken.get(digest) or digest in self._going:
                    continue
                self._going.add(digest)
            try:
                path.unlink(missing_ok=True)
            finally:
                with self._changed:
                    self._going.remove(digest)
                    self._changed.notify_all()

    def sweep(self, used: frozenset[str]) -> None:
        """At the start: removes what an earlier life left half-done or unused."""
        unused = [path for path in self._blobs.iterdir() if path.name not in used]
        for path in (*unused, *self._incoming.iterdir(), *self._work.iterdir()):
            # File managers leave things of their own anywhere, such as .DS_Store.
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _path(self, digest: str) -> Path:
        if len(digest) != 2 * DIGEST_BYTES or not set(digest) <= set("0123456789abcdef"):
            raise NotFound(what="blob", id=digest[:80])
        return self._blobs / digest


class IncomingBlob:
    """A blob on its way in; used by one thread at a time."""

    def __init__(self, store: BlobStore, path: Path, flusher: Executor) -> None:
        self._store = store
        self._path = path
        self._flusher = flusher
        self._flushing: Future[None] | None = None
        self._unflushed = 0
        with disk_errors():
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """:raises DiskFull: no room for it"""
        view = memoryview(data).cast("B")
        with disk_errors():
            while view:
                count = os.write(self._file, view)
                view = view[count:]
                self._flush_ahead(count)

    def copy_from(self, descriptor: int, size: int) -> str:
        """Copies exactly ``size`` bytes from the start of an open file; returns their digest.

        :raises BadMessage: it has fewer
        :raises DiskFull: no room for them
        """
        with disk_errors():
            copied = _copy_in_kernel(descriptor, self._file, size)
        if not copied:
            self._copy_by_hand(descriptor, size)
        # The disk takes about as long as the digest; neither needs the other.
        self._begin_flush()
        return self._digest(size)

    def finish(self, digest: str) -> None:
        """Puts the blob on the disk under its digest, and takes it.

        :raises DiskFull: no room for it
        """
        if self._store.take(digest):
            self.abort()
            return
        with disk_errors():
            if self._flushing is not None:
                self._flushing.result()
            os.fsync(self._file)
        self._close()
        self._store.adopt(self._path, digest)
        self._store.flush()

    def abort(self) -> None:
        self._close()
        self._path.unlink(missing_ok=True)

    def _flush_ahead(self, count: int) -> None:
        """Has the disk begin while the rest is still on its way, so that little is left to wait
        for at the end."""
        self._unflushed += count
        if self._unflushed < _FLUSH_BYTES:
            return
        if self._flushing is not None:
            if not self._flushing.done():
                return
            self._flushing.result()
        self._begin_flush()

    def _begin_flush(self) -> None:
        if self._flushing is not None:
            wait((self._flushing,))
        self._flushing = self._flusher.submit(os.fsync, self._file)
        self._unflushed = 0

    def _copy_by_hand(self, descriptor: int, size: int) -> None:
        buffer = memoryview(bytearray(_COPY_BYTES))
        with open(descriptor, "rb", buffering=0, closefd=False) as source:
            for count in _read_all(source, buffer, size):
                self.write(buffer[:count])

    def _digest(self, size: int) -> str:
        """Of our own copy: the file it was made from may have changed since."""
        buffer = memoryview(bytearray(_COPY_BYTES))
        digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
        with open(self._file, "rb", buffering=0, closefd=False) as file:
            file.seek(0)
            for count in _read_all(file, buffer, size):
                digest.update(buffer[:count])
        return digest.hexdigest()

    def _close(self) -> None:
        if self._flushing is not None:
            # A descriptor that is closed under a flush may be another file's by then.
            wait((self._flushing,))
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _copy_in_kernel(source: int, target: int, size: int) -> bool:
    """False: not on this system, or not between these two files; nothing is copied then.

    :raises BadMessage: the source is shorter
    """
    if sys.platform != "linux":
        return False
    left = size
    while left:
        try:
            count = os.copy_file_range(source, target, left, size - left, size - left)
        except OSError as error:
            if left == size and error.errno in _NO_COPY:
                return False
            raise
        if not count:
            raise _too_short()
        left -= count
    return True


def _read_all(file: FileIO, buffer: memoryview, size: int) -> Iterator[int]:
    """How many bytes lie in the buffer, again and again until it was ``size`` in all.

    :raises BadMessage: the file is shorter
    """
    left = size
    while left:
        count = file.readinto(buffer[: min(left, buffer.nbytes)])
        if not count:
            raise _too_short()
        yield count
        left -= count


def _too_short() -> BadMessage:
    return BadMessage(reason="the file is shorter than announced", at="$.bytes")
